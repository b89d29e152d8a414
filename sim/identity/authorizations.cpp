#include "sim/identity/authorizations.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <algorithm>
#include <utility>

namespace postroom::sim {
namespace {

/// How long what has expired is still told from what never was.
constexpr std::chrono::hours remembered{1};

/// Letters and digits that are not taken for each other; no vowels, so no words.
constexpr std::string_view user_code_letters = "BCDFGHJKLMNPQRSTVWXYZ23456789";
constexpr std::size_t user_code_length = 9;

std::string new_user_code() {
  auto code = random_string(user_code_length);
  for (auto& c : code)
    c = user_code_letters[static_cast<unsigned char>(c) % user_code_letters.size()];
  return code;
}

/// As people type it.
bool is_user_code(std::string_view typed, std::string_view code) {
  std::size_t matched = 0;
  for (const char c : typed) {
    if (c == '-' || c == ' ')
      continue;
    if (matched == code.size() || ascii_lower(c) != ascii_lower(code[matched++]))
      return false;
  }
  return matched == code.size();
}

} // namespace

std::string authorizations::issue_code(authorization what) {
  const auto now = time_.now();
  while (!codes_.empty() && (codes_.size() >= codes_max || codes_.front().issued + code_life + remembered < now)) {
    codes_by_text_.erase(codes_.front().code);
    codes_.pop_front();
  }
  codes_.push_back({"1.A" + base64url_encode(random_string(90)), std::move(what), now});
  codes_by_text_.emplace(codes_.back().code, std::prev(codes_.end()));
  return codes_.back().code;
}

const authorization* authorizations::find_code(std::string_view code) const {
  const auto found = codes_by_text_.find(code);
  return found == codes_by_text_.end() ? nullptr : &found->second->what;
}

authorizations::code_state authorizations::redeem_code(std::string_view code, authorization& what) {
  const auto found = codes_by_text_.find(code);
  if (found == codes_by_text_.end())
    return code_state::unknown;
  auto& issued = *found->second;
  if (issued.used)
    return code_state::used;
  if (issued.issued + code_life <= time_.now())
    return code_state::expired;
  issued.used = true;
  what = issued.what;
  return code_state::good;
}

device_request& authorizations::start_device(std::string client_id, std::string tenant,
                                             std::vector<std::string> scopes) {
  const auto now = time_.now();
  while (!devices_.empty() && (devices_.size() >= devices_max || devices_.front().expires + remembered < now))
    devices_.pop_front();
  auto& device = devices_.emplace_back();
  device.device_code = "GA" + base64url_encode(random_string(60));
  do
    device.user_code = new_user_code();
  while (find_device_by_user_code(device.user_code) != &device);
  device.client_id = std::move(client_id);
  device.tenant = std::move(tenant);
  device.scopes = std::move(scopes);
  device.expires = now + device_code_life;
  return device;
}

device_request* authorizations::find_device(std::string_view device_code) {
  const auto found = std::ranges::find(devices_, device_code, &device_request::device_code);
  return found == devices_.end() ? nullptr : &*found;
}

device_request* authorizations::find_device_by_user_code(std::string_view user_code) {
  const auto found =
      std::ranges::find_if(devices_, [&](const auto& each) { return is_user_code(user_code, each.user_code); });
  return found == devices_.end() ? nullptr : &*found;
}

void authorizations::forget_device(std::string_view device_code) {
  std::erase_if(devices_, [&](const auto& each) { return each.device_code == device_code; });
}

void authorizations::drop_oldest_refresh_token(owned_tokens& of) {
  const auto oldest = of.front();
  of.pop_front();
  refresh_tokens_by_text_.erase(oldest->token);
  refresh_tokens_.erase(oldest);
}

secret<> authorizations::issue_refresh_token(const authorization& from) {
  auto& owned = owners_[ascii_lower(from.upn)][ascii_lower(from.client_id)];
  const auto now = time_.now();
  refresh_tokens_.push_back({"1.A" + base64url_encode(random_string(90)), {from, now, now}});
  const auto added = std::prev(refresh_tokens_.end());
  refresh_tokens_by_text_.emplace(added->token, added);
  owned.push_back(added);
  if (owned.size() > refresh_tokens_each_max)
    drop_oldest_refresh_token(owned);
  if (refresh_tokens_.size() > refresh_tokens_max) {
    const auto& whose = refresh_tokens_.front().state.from;
    drop_oldest_refresh_token(owners_.at(ascii_lower(whose.upn)).at(ascii_lower(whose.client_id)));
  }
  return secret<>{added->token};
}

refresh_token_state* authorizations::find_refresh_token(std::string_view token) {
  const auto found = refresh_tokens_by_text_.find(token);
  return found == refresh_tokens_by_text_.end() ? nullptr : &found->second->state;
}

void authorizations::revoke(std::string_view upn, std::string_view client_id) {
  const auto owner = owners_.find(ascii_lower(upn));
  if (owner == owners_.end())
    return;
  for (auto& [client, owned] : owner->second)
    if (client_id.empty() || ascii_iequals(client, client_id))
      for (const auto each : owned)
        each->state.revoked = true;
}

std::size_t authorizations::refresh_tokens() const {
  return refresh_tokens_.size();
}

} // namespace postroom::sim
