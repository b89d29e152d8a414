#include "actors/provider/credential_choice.hpp"

#include "base/certificate.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr auto try_again_after = 1h;

/// The rows of the table of known errors that speak against what the application proved itself with. Not among them:
/// 700024, 50012 and 500133 (our clock), 7000218 and 700025 (none was wanted, or none arrived: another of them fares no
/// better), 700021, 700023 and 50027 (how we made the assertion), and whatever concerns the application itself.
constexpr std::array<std::string_view, 4> against_credential{
    "AADSTS7000215",  // wrong secret
    "AADSTS7000222",  // expired secret
    "AADSTS700027",   // certificate not registered
    "invalid_client", // nothing but the word (RFC 6749 §5.2)
};

bool speaks_against_credential(const oauth2::token_failure& why) {
  return std::ranges::find(against_credential, why.cause) != against_credential.end();
}

credential previous_of(credential which) {
  switch (which) {
  case credential::secret:
    return credential::previous_secret;
  case credential::certificate:
    return credential::previous_certificate;
  case credential::none:
  case credential::previous_secret:
  case credential::previous_certificate:
    break;
  }
  return credential::none;
}

wall_time end_of(std::int64_t expires_ms) {
  return expires_ms > 0 ? wall_time{std::chrono::milliseconds{expires_ms}} : wall_time::max();
}

/// One that cannot be read is still tried: whoever signs with it says why not.
wall_time end_of(const std::string& certificate) {
  const auto facts = read_certificate(certificate);
  return facts ? facts->not_after : wall_time::max();
}

} // namespace

std::string_view to_string(credential c) noexcept {
  constexpr std::array<std::string_view, 5> names{"none", "current", "previous", "certificate", "previous_certificate"};
  return names[static_cast<std::size_t>(c)];
}

credential_choice::credential_choice(const records::Provider& of) {
  if (!of.certificate().empty() && !of.certificate_key().empty())
    held_.push_back({credential::certificate, end_of(of.certificate()), {}});
  if (!of.previous_certificate().empty() && !of.previous_certificate_key().empty())
    held_.push_back({credential::previous_certificate, end_of(of.previous_certificate()), {}});
  if (!of.client_secret().empty())
    held_.push_back({credential::secret, end_of(of.client_secret_expires_ms()), {}});
  if (!of.previous_client_secret().empty())
    held_.push_back({credential::previous_secret, end_of(of.previous_client_secret_expires_ms()), {}});
}

credential credential_choice::pick(wall_time now) const {
  const auto* usable = find_usable(now);
  if (usable != nullptr)
    return usable->which;
  return held_.empty() ? credential::none : held_.front().which;
}

bool credential_choice::refused(credential used, const oauth2::token_failure& why, wall_time now) {
  auto* refused = find(used);
  if (refused == nullptr || !speaks_against_credential(why))
    return false;
  refused->refused = now;
  if (in_use_ == used)
    in_use_ = credential::none;
  if (find_usable(now) != nullptr)
    return true;
  for (auto& each : held_)
    each.refused.reset();
  return false;
}

bool credential_choice::worked(credential used, wall_time now) {
  auto* working = find(used);
  if (working == nullptr)
    return false;
  working->refused.reset();
  in_use_ = used;
  const auto* previous = find(previous_of(used));
  if (previous == nullptr || (previous->expires > now && !previous->refused))
    return false;
  held_.erase(held_.begin() + (previous - held_.data()));
  return true;
}

/// The newest that may be used; one that worked goes before those that were never tried.
const credential_choice::held* credential_choice::find_usable(wall_time now) const {
  const held* found = nullptr;
  for (const auto& each : held_) {
    // The clock may have been set back since.
    const bool waits = each.refused && now - *each.refused < try_again_after && *each.refused <= now;
    if (each.expires <= now || waits)
      continue;
    if (each.which == in_use_ || each.refused)
      return &each;
    if (found == nullptr)
      found = &each;
  }
  return found;
}

credential_choice::held* credential_choice::find(credential which) {
  const auto found = std::ranges::find(held_, which, &held::which);
  return found != held_.end() ? &*found : nullptr;
}

} // namespace postroom::provider
