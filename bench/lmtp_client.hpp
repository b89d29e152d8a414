#pragma once

#include "tests/support/wire.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace postroom::bench {

/// Delivers mails one after the other over one LMTP connection, so that nothing but the delivery itself is measured.
/// Throws when the server refuses.
class lmtp_client {
public:
  explicit lmtp_client(std::uint16_t port);

  /// The mail has CR LF line ends, and no line begins with a dot. Returns the instant before its text was sent.
  std::int64_t deliver(const std::string& mailbox, const std::string& mail);

private:
  void command(const std::string& text, char first_digit);
  void expect(char first_digit);

  std::unique_ptr<test::wire> wire_;
};

} // namespace postroom::bench
