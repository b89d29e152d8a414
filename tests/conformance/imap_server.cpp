#include "tests/conformance/imap_server.hpp"

#include "tests/conformance/stand_in_imap.hpp"
#include "tests/support/wire.hpp"

#include <csignal>
#include <stdexcept>

namespace postroom::test {
namespace {

/// A folder that every mailbox has from the beginning.
std::string standing_folder(const std::string& name, const std::string& use) {
  return "  mailbox \"" + name + "\" {\n    auto = subscribe\n    special_use = \\" + use + "\n  }\n";
}

std::string folders_of(imap_manners manners) {
  const bool exchange = manners == imap_manners::exchange;
  return "namespace inbox {\n  inbox = yes\n  separator = /\n" +
         standing_folder(exchange ? "Sent Items" : "Sent", "Sent") + standing_folder("Drafts", "Drafts") +
         standing_folder(exchange ? "Deleted Items" : "Trash", "Trash") +
         standing_folder(exchange ? "Junk Email" : "Junk", "Junk") + "}\n";
}

/// Octets that a literal at the end of the line announces; nothing when none does.
std::optional<std::size_t> literal_at_end(std::string_view line) {
  const auto brace = line.rfind('{');
  if (!line.ends_with('}') || brace == std::string_view::npos)
    return std::nullopt;
  return std::stoul(std::string{line.substr(brace + 1)});
}

class dovecot_line final : public imap_line {
public:
  explicit dovecot_line(std::unique_ptr<wire> line) : line_(std::move(line)) {}

  void write(std::string_view bytes) override { (void)line_->write(bytes); }

  std::optional<std::string> read(std::chrono::milliseconds deadline) override {
    std::string response;
    for (;;) {
      const auto line = line_->read_line(deadline);
      if (!line)
        return std::nullopt;
      response += *line;
      const auto octets = literal_at_end(*line);
      if (!octets)
        return response;
      const auto literal = line_->read_bytes(*octets, deadline);
      if (!literal)
        return std::nullopt;
      response += "\r\n" + *literal;
    }
  }

private:
  std::unique_ptr<wire> line_;
};

class dovecot_server final : public imap_server {
public:
  explicit dovecot_server(imap_manners folders) : folders_(folders) {
    (void)std::signal(SIGPIPE, SIG_IGN); // it hangs up on who makes too many mistakes
    auto started = dovecot::start({.extra_config = folders_of(folders)});
    if (!started)
      throw std::runtime_error(to_string(started.error()));
    server_ = std::move(*started);
  }

  std::unique_ptr<imap_line> connect() override {
    auto connected = wire::connect(server_->imaps_port(), server_->certificates().ca_certificate);
    if (!connected || !(*connected)->read_line())
      throw std::runtime_error("Dovecot does not answer");
    return std::make_unique<dovecot_line>(std::move(*connected));
  }

  std::string login_command() override { return "LOGIN " + mailbox_ + " " + server_->password(); }

  std::string sent_folder() override { return sent_folder_of(folders_); }

  void renew_mailbox() override { mailbox_ = "c" + std::to_string(++mailboxes_) + "@contoso.test"; }

private:
  imap_manners folders_;
  std::unique_ptr<dovecot> server_;
  std::string mailbox_;
  unsigned mailboxes_ = 0;
};

/// Cuts what the session says into responses.
class stand_in_line final : public imap_line {
public:
  explicit stand_in_line(std::unique_ptr<stand_in_connection> connection) : connection_(std::move(connection)) {}

  void write(std::string_view bytes) override { connection_->receive(bytes); }

  std::optional<std::string> read(std::chrono::milliseconds) override {
    auto& said = connection_->said();
    for (std::size_t from = 0;;) {
      const auto end = said.find("\r\n", from);
      if (end == std::string::npos)
        return std::nullopt;
      const auto octets = literal_at_end(std::string_view{said}.substr(from, end - from));
      if (octets) {
        from = end + 2 + *octets;
        if (from > said.size())
          return std::nullopt;
        continue;
      }
      auto response = said.substr(0, end);
      said.erase(0, end + 2);
      return response;
    }
  }

private:
  std::unique_ptr<stand_in_connection> connection_;
};

class stand_in_server final : public imap_server {
public:
  explicit stand_in_server(imap_manners manners) : manners_(manners), office_(manners) {}

  std::unique_ptr<imap_line> connect() override {
    auto connection = office_.connect();
    connection->said().clear();
    return std::make_unique<stand_in_line>(std::move(connection));
  }

  std::string login_command() override { return office_.login_command(); }
  std::string sent_folder() override { return sent_folder_of(manners_); }
  void renew_mailbox() override { office_.renew_mailbox(); }

private:
  imap_manners manners_;
  stand_in_imap office_;
};

} // namespace

std::string sent_folder_of(imap_manners manners) {
  return manners == imap_manners::exchange ? "\"Sent Items\"" : "Sent";
}

std::unique_ptr<imap_server> make_dovecot_server(imap_manners folders) {
  return std::make_unique<dovecot_server>(folders);
}

std::unique_ptr<imap_server> make_stand_in_server(imap_manners manners) {
  return std::make_unique<stand_in_server>(manners);
}

} // namespace postroom::test
