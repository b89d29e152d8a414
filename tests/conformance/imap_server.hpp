#pragma once

#include "sim/mail/mailbox.hpp"
#include "tests/support/dovecot.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::test {

/// One client's connection.
class imap_line {
public:
  virtual ~imap_line() = default;
  virtual void write(std::string_view bytes) = 0;
  /// The next response, complete with its literals, without its last line end; nothing when none comes before the
  /// deadline.
  [[nodiscard]] virtual std::optional<std::string> read(std::chrono::milliseconds deadline) = 0;
};

/// A server of whatever kind with one mailbox at a time.
class imap_server {
public:
  virtual ~imap_server() = default;
  /// Connected, past the greeting and not signed in.
  [[nodiscard]] virtual std::unique_ptr<imap_line> connect() = 0;
  /// The command that signs in to the mailbox, without tag.
  [[nodiscard]] virtual std::string login_command() = 0;
  /// What it calls the folder with \Sent, as an argument.
  [[nodiscard]] virtual std::string sent_folder() = 0;
  /// A new, empty mailbox takes the place of the last.
  virtual void renew_mailbox() = 0;
};

enum class imap_manners : std::uint8_t { exchange, generic };
/// What a face of the stand-in calls the folder with \Sent.
[[nodiscard]] std::string sent_folder_of(imap_manners manners);
/// Dovecot, with the folders of that face.
[[nodiscard]] std::unique_ptr<imap_server> make_dovecot_server(imap_manners folders);
/// The stand-in, in this process.
[[nodiscard]] std::unique_ptr<imap_server> make_stand_in_server(imap_manners manners);

} // namespace postroom::test
