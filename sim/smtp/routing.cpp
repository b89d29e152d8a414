#include "sim/smtp/routing.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace postroom::sim {
namespace {

struct reserved_name {
  std::string_view name;
  std::string_view status;
  std::string_view code;
  std::string_view words; ///< behind the address
  std::chrono::seconds after = bounce_after;
  bool delayed = false;
};

constexpr std::array<reserved_name, 5> reserved_names{
    {{"bounce", "5.1.1", "550 5.1.1", "Recipient address rejected: User unknown"},
     {"full", "5.2.2", "552 5.2.2", "Mailbox full"},
     {"blocked", "5.7.1", "550 5.7.1", "Message rejected by recipient's policy"},
     {"slow", "5.1.1", "550 5.1.1", "Recipient address rejected: User unknown", slow_bounce_after},
     {"delayed", "4.4.7", "400 4.4.7", "Message delayed", bounce_after, true}}};

const reserved_name* reserved(std::string_view address) {
  const auto local = ascii_lower(address.substr(0, std::min(address.find('+'), address.rfind('@'))));
  const auto domain = domain_of(address);
  const auto label = std::string_view{domain}.substr(0, domain.find('.'));
  const auto found = std::ranges::find_if(
      reserved_names, [&](const reserved_name& each) { return each.name == local || each.name == label; });
  return found == reserved_names.end() ? nullptr : &*found;
}

/// What the server of that kind says to whom it does not know.
missed_recipient unknown_at(service kind, const std::string& address) {
  switch (kind) {
  case service::google:
    return {address,
            {},
            "5.1.1",
            "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the "
            "recipient's email address for typos or unnecessary spaces. - gsmtp",
            {}};
  case service::generic:
    return {address,
            {},
            "5.1.1",
            "550 5.1.1 <" + address + ">: Recipient address rejected: User unknown in virtual mailbox table",
            {}};
  case service::microsoft:
    break;
  }
  return {address,
          {},
          "5.1.10",
          "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
          {}};
}

} // namespace

mailbox* mailbox_for(const submission_services& services, std::string_view address) {
  auto* const found = services.mail.find(address);
  return found && found->settings.licensed ? found : nullptr;
}

std::optional<missed_delivery> missed(const submission_services& services, const envelope_recipient& to) {
  if (mailbox_for(services, to.address))
    return std::nullopt;
  missed_delivery miss;
  if (const auto* const tenant = services.people.tenant_of(to.address)) {
    miss.who = unknown_at(tenant->kind, to.address);
    if (tenant->kind != services.face)
      miss.who.remote_mta = host_of(tenant->kind);
  } else if (const auto* const name = reserved(to.address)) {
    miss = {{to.address,
             {},
             std::string{name->status},
             std::string{name->code} + " <" + to.address + ">: " + std::string{name->words},
             "mx." + domain_of(to.address)},
            name->after,
            name->delayed};
  } else {
    return std::nullopt;
  }
  miss.who.original = to.original;
  return miss;
}

void plan_bounces(submission_services& services, const envelope_sender& from,
                  std::span<const envelope_recipient> recipients, std::string_view raw) {
  if (from.address.empty())
    return;
  std::map<std::pair<std::chrono::seconds, bool>, std::vector<missed_recipient>> notifications;
  for (const auto& each : recipients) {
    auto miss = missed(services, each);
    if (miss && (miss->delayed ? each.notify_delay : each.notify_failure))
      notifications[{miss->after, miss->delayed}].push_back(std::move(miss->who));
  }
  const auto now = services.time.now();
  for (auto& [when, whom] : notifications) {
    const bounce_facts facts{.voice = services.face,
                             .host = std::string{host_of(services.face)},
                             .to = from.address,
                             .message_id = "<" + random_uuid() + "@" + std::string{host_of(services.face)} + ">",
                             .envelope_id = from.envelope_id,
                             .arrived = now,
                             .now = now + when.first,
                             .delayed = when.second,
                             .headers_only = from.headers_only,
                             .recipients = std::move(whom)};
    services.bounces.add(from.address, write_bounce(facts, raw), services.time.ticks() + when.first);
  }
}

} // namespace postroom::sim
