#include "tests/conformance/smtp_server.hpp"

#include "sim/identity/access_tokens.hpp"
#include "sim/imap/fetch.hpp"
#include "sim/smtp/session.hpp"
#include "tests/support/wire.hpp"

namespace postroom::test {
namespace {

class stand_in_line final : public smtp_line {
public:
  explicit stand_in_line(sim::submission_services& services) : session_(services, true) { said_ = session_.greet(); }

  void write(std::string_view bytes) override { said_ += session_.receive(bytes); }

  std::optional<std::vector<std::string>> read() override {
    std::vector<std::string> lines;
    do {
      const auto end = said_.find("\r\n");
      if (end == std::string::npos)
        return std::nullopt;
      lines.push_back(said_.substr(0, end));
      said_.erase(0, end + 2);
    } while (lines.back().size() > 3 && lines.back()[3] == '-');
    return lines;
  }

  void start_tls() override { session_.tls_established(); }

private:
  std::string said_;
  sim::smtp_session session_;
};

/// The stand-in's submission with the generic face, without sockets.
class stand_in_submission final : public smtp_server {
public:
  stand_in_submission() {
    company_.users[smtp_people::user] = {.upn = smtp_people::user, .object_id = "dora"};
    for (const auto* address : {smtp_people::user, smtp_people::sender, smtp_people::stranger, smtp_people::recipient,
                                smtp_people::other_recipient})
      mail_.add(address);
    mail_.allow_send_as(smtp_people::user, smtp_people::sender);
    services_.limits.mail_bytes = mail_bytes_max;
    services_.face = sim::service::generic;
  }

  std::unique_ptr<smtp_line> connect() override { return std::make_unique<stand_in_line>(services_); }

  std::string auth_command() override {
    const auto token = tokens_.issue({.directory = company_,
                                      .client = client_,
                                      .holder = company_.find_user(smtp_people::user),
                                      .resource = "https://outlook.office.com",
                                      .permissions = {"SMTP.Send"}});
    return "AUTH XOAUTH2 " + xoauth2(smtp_people::user, token);
  }

  std::optional<delivered_mail> find_mail(const std::string& message_id, std::chrono::milliseconds) override {
    std::optional<delivered_mail> found;
    for (const auto* address : {smtp_people::recipient, smtp_people::other_recipient})
      for (const auto& each : mail_.find(address)->inbox().mails())
        if (sim::header_value(*each.raw, "message-id") == message_id) {
          if (!found)
            found = delivered_mail{{}, {}, *each.raw};
          found->recipients.emplace_back(address);
        }
    return found;
  }

private:
  manual_clock time_{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  sim::registry people_;
  sim::tenant& company_ = people_.add_tenant(
      {.id = "tenant", .name = "Contoso", .domains = {"contoso.test"}, .kind = sim::service::generic});
  sim::application& client_ = people_.add_application({.client_id = "app", .home_tenant = "tenant"});
  sim::directory mail_;
  sim::access_tokens tokens_{"https://issuer.test", time_, generate_rsa_key()};
  sim::fault_desk faults_{1, time_, mail_};
  sim::journal records_{1000};
  sim::stand_in_stats stats_;
  sim::bounce_queue bounces_{mail_, records_, stats_, time_};
  sim::submission_services services_{mail_, people_, tokens_, faults_, time_, stats_, records_, bounces_, {}};
};

} // namespace

std::unique_ptr<smtp_server> make_stand_in_submission() {
  return std::make_unique<stand_in_submission>();
}

} // namespace postroom::test
