#pragma once

#include "base/clock.hpp"
#include "sim/identity/identity.hpp"
#include "sim/mail/mail_generator.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/net/http_server.hpp"
#include "sim/stand_in.hpp"

#include <random>
#include <string>
#include <vector>

namespace postroom::sim {

/// Everything the stand-in knows: who exists, who may do what, and all mail. Does no I/O. Not thread-safe.
class world {
public:
  world(const stand_in_options& options, std::string identity_url);

  /// Answers what is asked of the identity platform, and two things for those who measure from another process:
  /// `POST /sim/deliver/<mailbox>` with a mail, `GET /sim/stats`.
  [[nodiscard]] http_response answer(const http_request& request);
  /// `not_found` for an unknown mailbox.
  [[nodiscard]] result<std::uint32_t> deliver(const std::string& address, std::string raw);
  [[nodiscard]] result<std::uint32_t> deliver_generated(const std::string& address);
  /// Into a mailbox chosen at random.
  void deliver_somewhere();

  system_clock time;
  std::string tenant_id = "5f1c2d3e-0b4a-4c6d-8e9f-a1b2c3d4e5f6";
  std::string client_id = "c0ffee00-1234-4abc-9def-0123456789ab";
  secret<> client_secret;
  std::string delegate;
  std::vector<std::string> mailboxes;
  directory mail;
  access_tokens tokens;
  identity entra;
  stand_in_stats stats;
  secret<> refresh_token;

private:
  void fill(std::size_t mails_each);
  [[nodiscard]] std::string discovery() const;

  std::string identity_url_;
  mail_generator generator_;
  std::mt19937 random_;
};

} // namespace postroom::sim
