#include "sim/smtp/submission.hpp"

#include "base/crypto.hpp"
#include "sim/imap/fetch.hpp"
#include "sim/smtp/text.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

bool may_send_as(const submission_services& services, const std::string& user, const std::string& sender) {
  return ascii_lower(user) == ascii_lower(sender) || services.mail.may_send_as(user, sender);
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  return text;
}

} // namespace

std::string hostname_mark() {
  return "[Hostname=" + std::string{submission_host} + "]";
}

result<void> check_login(const submission_services& services, const std::string& user, const std::string& token) {
  const auto holder = services.tokens.check(token);
  if (!holder)
    return holder.error();
  const bool fits = holder->app_only ? holder->may("SMTP.SendAsApp") && services.mail.may_open(holder->client_id, user)
                                     : holder->may("SMTP.Send") && ascii_iequals(holder->upn, user);
  if (!fits)
    return fail(errc::unauthenticated, "the token is not of " + user);
  return {};
}

result<std::string> take_mail(const submission_services& services, submitted_mail mail) {
  const auto author = address_in(header_value(mail.raw, "from"));
  if (author.empty())
    return fail(errc::invalid_argument, "no From");
  if (has_bare_line_feed(mail.raw))
    return fail(errc::invalid_argument, "a bare line feed");
  if (!may_send_as(services, mail.user, author) ||
      (!mail.mail_from.empty() && !may_send_as(services, mail.user, mail.mail_from)))
    return fail(errc::forbidden, mail.user + " may not send as this sender");

  auto id = without_blanks(header_value(mail.raw, "message-id"));
  if (id.empty()) {
    id = "<" + random_uuid() + "@stand-in.test>";
    mail.raw.insert(0, "Message-ID: " + id + "\r\n");
  }
  const auto now = services.time.now();
  const auto raw = std::make_shared<const std::string>(std::move(mail.raw));
  if (const auto* own = services.mail.find(mail.user))
    if (auto* sent = own->find("Sent Items"))
      sent->add(raw, now, seen);
  std::vector<mailbox*> receivers;
  for (const auto& each : mail.recipients)
    if (auto* into = services.mail.find(each); into && std::ranges::find(receivers, into) == receivers.end())
      receivers.push_back(into);
  for (auto* each : receivers)
    each->inbox().add(raw, now);
  services.stats.mails_delivered += receivers.size();
  ++services.stats.mails_submitted;
  return id;
}

} // namespace postroom::sim
