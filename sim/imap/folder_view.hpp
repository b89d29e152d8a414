#pragma once

#include "sim/mail/folder.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace postroom::sim {

/// The mails of a folder as one client knows them: which UID each sequence number means (RFC 3501 §2.3.1.2). While the
/// client has been told everything this is the folder itself and takes no memory; so a thousand idle sessions in a
/// large folder cost nothing. Not thread-safe.
class folder_view {
public:
  void open(const folder& of);
  void close();

  [[nodiscard]] std::size_t size() const;
  /// `sequence` counts from 1, up to size().
  [[nodiscard]] std::uint32_t uid_at(std::size_t sequence) const;
  /// 0: there is none.
  [[nodiscard]] std::uint32_t last_uid() const;
  /// How many have smaller UIDs.
  [[nodiscard]] std::size_t count_before(std::uint32_t uid) const;
  [[nodiscard]] bool knows(std::uint32_t uid) const;

  /// To be called after each change, before the next.
  void note_added();
  void note_expunged(std::uint32_t uid);

  struct gone {
    std::uint32_t sequence = 0; ///< as it is after those before have been told
    std::uint32_t uid = 0;
  };
  /// What is to be told now; from then on the client knows.
  [[nodiscard]] std::vector<gone> take_expunged();
  [[nodiscard]] std::size_t take_added();

private:
  void catch_up();

  const folder* of_ = nullptr;
  std::vector<std::uint32_t> uids_; ///< while behind
  bool behind_ = false;
};

} // namespace postroom::sim
