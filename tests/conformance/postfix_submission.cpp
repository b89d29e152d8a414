#include "tests/conformance/smtp_server.hpp"

#include "tests/support/dovecot.hpp"
#include "tests/support/postfix.hpp"
#include "tests/support/wire.hpp"

#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace postroom::test {
namespace {

class postfix_line final : public smtp_line {
public:
  postfix_line(std::unique_ptr<wire> line, std::filesystem::path ca) : line_(std::move(line)), ca_(std::move(ca)) {}

  void write(std::string_view bytes) override { (void)line_->write(bytes); }

  std::optional<std::vector<std::string>> read() override {
    std::vector<std::string> lines;
    do {
      auto line = line_->read_line(std::chrono::seconds{5});
      if (!line)
        return std::nullopt;
      lines.push_back(std::move(*line));
    } while (lines.back().size() > 3 && lines.back()[3] == '-');
    return lines;
  }

  void start_tls() override {
    if (const auto secured = line_->start_tls(ca_); !secured)
      throw std::runtime_error(to_string(secured.error()));
  }

private:
  std::unique_ptr<wire> line_;
  std::filesystem::path ca_;
};

/// Without the Received field that Postfix puts in front.
std::string without_trace(std::string raw) {
  if (!raw.starts_with("Received:"))
    return raw;
  auto end = raw.find("\r\n");
  while (end != std::string::npos && end + 2 < raw.size() && (raw[end + 2] == ' ' || raw[end + 2] == '\t'))
    end = raw.find("\r\n", end + 2);
  return end == std::string::npos ? std::string{} : raw.substr(end + 2);
}

class postfix_submission final : public smtp_server {
public:
  postfix_submission(std::unique_ptr<dovecot> logins, std::unique_ptr<postfix> server)
      : logins_(std::move(logins)), server_(std::move(server)) {}

  std::unique_ptr<smtp_line> connect() override {
    auto connected = wire::connect(server_->port());
    if (!connected)
      throw std::runtime_error("Postfix does not answer");
    return std::make_unique<postfix_line>(std::move(*connected), server_->certificates().ca_certificate);
  }

  std::string auth_command() override {
    return "AUTH XOAUTH2 " + xoauth2(smtp_people::user, logins_->issuer().token({.upn = smtp_people::user}));
  }

  std::optional<delivered_mail> find_mail(const std::string& message_id, std::chrono::milliseconds patience) override {
    auto found = server_->relay().await_mail(message_id, patience);
    if (!found)
      return std::nullopt;
    return delivered_mail{found->mail_from, found->recipients, without_trace(std::move(found->raw))};
  }

private:
  std::unique_ptr<dovecot> logins_;
  std::unique_ptr<postfix> server_;
};

} // namespace

std::unique_ptr<smtp_server> make_postfix_submission() {
  (void)std::signal(SIGPIPE, SIG_IGN); // it hangs up on who makes too many mistakes
  auto logins = dovecot::start({.mailboxes = {smtp_people::user, smtp_people::sender},
                                .rights = {{smtp_people::user, smtp_people::sender}},
                                .sent_folder = "Sent Items"});
  if (!logins)
    throw std::runtime_error(to_string(logins.error()));
  auto server = postfix::start(**logins, {.rights = {{smtp_people::user, smtp_people::sender}},
                                          .message_bytes_max = smtp_server::mail_bytes_max});
  if (!server && ::geteuid() != 0)
    return nullptr;
  if (!server)
    throw std::runtime_error(to_string(server.error()));
  return std::make_unique<postfix_submission>(std::move(*logins), std::move(*server));
}

} // namespace postroom::test
