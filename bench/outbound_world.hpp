#pragma once

#include "bench/gateway.hpp"
#include "tests/support/dovecot.hpp"
#include "tests/support/postfix.hpp"
#include "tests/support/token_endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace postroom::bench {

/// Mailboxes that send without limits: over plain SMTP to a sink that throws everything away, or with STARTTLS and
/// XOAUTH2 to a real Postfix. Their IMAP side is a real Dovecot. Main thread only.
class outbound_world {
public:
  struct options {
    std::filesystem::path postroom;
    std::filesystem::path sink; ///< bench/smtp_sink
    std::size_t mailboxes = 50;
    bool tls = false;
    void add_to(CLI::App& arguments);
  };
  explicit outbound_world(options options);

  [[nodiscard]] bench::gateway& gateway() { return *gateway_; }
  [[nodiscard]] static std::string account(std::size_t number);
  /// Of the n-th mail: round robin.
  [[nodiscard]] std::string account_of_mail(std::size_t n) const { return account(n % options_.mailboxes); }

  /// Mails that have reached the sink.
  [[nodiscard]] std::size_t arrived();
  /// Where they are submitted.
  [[nodiscard]] std::uint16_t smtp_port() const;
  [[nodiscard]] test::dovecot& mail_server() { return *mail_server_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  static constexpr const char* delegate = "andrea@contoso.test";

private:
  void start_sink();
  [[nodiscard]] std::string configuration();

  options options_;
  test::temp_directory directory_;
  std::unique_ptr<test::dovecot> mail_server_;
  std::unique_ptr<test::token_endpoint> tokens_;
  std::unique_ptr<test::process> sink_;
  std::unique_ptr<test::postfix> postfix_;
  std::uint16_t sink_port_ = 0;
  std::size_t reports_ = 0;
  std::unique_ptr<bench::gateway> gateway_;
};

} // namespace postroom::bench
