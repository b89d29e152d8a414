#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

enum class mail_origin : std::uint8_t { generated, posted, submitted, bounce };
[[nodiscard]] std::string_view to_string(mail_origin origin);

/// A mail that came into a mailbox.
struct delivered_mail {
  std::uint64_t seq = 0; ///< from 1, without gaps
  std::string mailbox;
  std::string folder;
  std::uint32_t uid_validity = 0;
  std::uint32_t uid = 0;
  std::string message_id; ///< in angle brackets; empty: it has none
  std::string sha256;     ///< of its octets, in hex
  std::size_t octets = 0;
  wall_time at{};
  mail_origin origin = mail_origin::generated;
};

/// A mail handed in by SMTP, and what became of it.
struct submitted_entry {
  std::uint64_t seq = 0;
  std::string user; ///< who signed in
  std::string mail_from;
  std::vector<std::string> recipients;
  std::string message_id;
  std::string sha256;
  std::size_t octets = 0;
  wall_time at{};
  std::string answer; ///< the server's last word, without CR LF
  bool taken = false;
};

/// What the stand-in has sent and received, so that a test can prove completeness mail by mail. Bounded: the oldest are
/// forgotten first. Not thread-safe.
class journal {
public:
  explicit journal(std::size_t mails_max) : mails_max_(mails_max) {}

  void add(delivered_mail mail);  ///< gives it its seq
  void add(submitted_entry mail); ///< likewise
  /// With a greater seq than `after`, at most `limit`.
  [[nodiscard]] std::vector<delivered_mail> delivered(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::vector<submitted_entry> submitted(std::uint64_t after, std::size_t limit) const;
  /// Of the oldest still there, minus one; 0: nothing is forgotten.
  [[nodiscard]] std::uint64_t delivered_forgotten() const;
  [[nodiscard]] std::uint64_t submitted_forgotten() const;

private:
  std::size_t mails_max_;
  std::deque<delivered_mail> delivered_;
  std::deque<submitted_entry> submitted_;
  std::uint64_t next_delivered_ = 1;
  std::uint64_t next_submitted_ = 1;
};

} // namespace postroom::sim
