#include "sim/smtp/submission.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/imap/header_fields.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/smtp/routing.hpp"

#include <algorithm>
#include <utility>

namespace postroom::sim {
namespace {

/// Beyond, the original From is not kept: a line must stay below 998 octets (RFC 5322 §2.1.1).
constexpr std::size_t kept_from_bytes_max = 900;

/// As Gmail does: whoever From names, the mail comes from the account. Whether anything was changed.
bool write_own_from(std::string& raw, const std::string& account) {
  const auto fields = header_fields(raw);
  const auto from =
      std::ranges::find_if(fields, [](const header_field& each) { return ascii_iequals(each.name, "From"); });
  const auto address = from == fields.end() ? std::string_view{} : address_in(from->value);
  if (address.empty() || ascii_iequals(address, account))
    return false;
  const auto original = unfolded(from->value);
  const auto place = static_cast<std::size_t>(address.data() - raw.data());
  raw.replace(place, address.size(), account);
  if (original.size() <= kept_from_bytes_max)
    raw.insert(0, "X-Google-Original-From: " + original + "\r\n");
  return true;
}

void keep_copy(const directory& mail, std::string_view address, const sealed_mail& what, wall_time now) {
  const auto* const own = mail.find(address);
  if (!own)
    return;
  auto* sent = own->find("[Gmail]/Sent Mail");
  for (auto each = own->folders().begin(); !sent && each != own->folders().end(); ++each)
    if ((*each)->use() == "\\Sent")
      sent = each->get();
  if (sent)
    sent->add(what.raw, now, seen);
}

void keep_copies(const submission_services& services, const std::string& user, const sealed_mail& mail, wall_time now) {
  if (services.face == service::generic)
    return;
  keep_copy(services.mail, user, mail, now);
  if (services.face != service::microsoft)
    return;
  const auto author = author_of(*mail.raw);
  const auto* const named = services.mail.find(author);
  if (named && named->settings.copy_for_sent_as && !ascii_iequals(author, user))
    keep_copy(services.mail, author, mail, now);
}

void deliver_here(submission_services& services, const std::vector<envelope_recipient>& recipients,
                  const sealed_mail& mail, wall_time now) {
  std::vector<mailbox*> receivers;
  for (const auto& each : recipients)
    if (auto* into = mailbox_for(services, each.address); into && std::ranges::find(receivers, into) == receivers.end())
      receivers.push_back(into);
  for (auto* each : receivers)
    deliver(*each, mail, now, mail_origin::submitted, services.journal);
  services.stats.mails_delivered += receivers.size();
}

} // namespace

std::string author_of(std::string_view raw) {
  return std::string{address_in(find_field(header_fields(raw), "From").value_or(""))};
}

submitted_entry entry_for(const submission_services& services, const submitted_mail& mail) {
  submitted_entry entry{.user = mail.user,
                        .mail_from = mail.from.address,
                        .recipients = {},
                        .message_id = message_id_of(mail.raw),
                        .sha256 = digest_of(mail.raw),
                        .octets = mail.raw.size(),
                        .at = services.time.now(),
                        .answer = {},
                        .taken = false};
  for (const auto& each : mail.recipients)
    entry.recipients.push_back(each.address);
  return entry;
}

void accept_mail(submission_services& services, submitted_mail mail, submitted_entry& entry) {
  bool changed = false;
  if (services.face == service::google) {
    changed = write_own_from(mail.raw, mail.user);
    if (!mail.from.address.empty())
      mail.from.address = mail.user;
  }
  if (entry.message_id.empty()) {
    entry.message_id = "<" + random_uuid() + "@stand-in.test>";
    mail.raw.insert(0, "Message-ID: " + entry.message_id + "\r\n");
    changed = true;
  }
  if (mail.raw.capacity() / 2 > mail.raw.size())
    mail.raw.shrink_to_fit();
  const auto now = services.time.now();
  sealed_mail sealed{nullptr, entry.message_id, changed ? digest_of(mail.raw) : entry.sha256};
  sealed.raw = std::make_shared<const std::string>(std::move(mail.raw));
  keep_copies(services, mail.user, sealed, now);
  deliver_here(services, mail.recipients, sealed, now);
  plan_bounces(services, mail.from, mail.recipients, *sealed.raw);
  ++services.stats.mails_submitted;
}

} // namespace postroom::sim
