#include "sim/identity/browser_sessions.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/identity/form.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t secret_bytes = expiring_store<half_sign_in>::name_bytes * 3 / 4;

bool same_account(const signed_in_account& a, const signed_in_account& b) {
  return a.tenant_id == b.tenant_id && ascii_iequals(a.upn, b.upn);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  return text;
}

} // namespace

std::string_view to_string(sign_in_step step) {
  switch (step) {
  case sign_in_step::user_code:
    return "user_code";
  case sign_in_step::pick_account:
    return "pick_account";
  case sign_in_step::account:
    return "account";
  case sign_in_step::password:
    return "password";
  case sign_in_step::mfa:
    return "mfa";
  case sign_in_step::enrol:
    return "enrol";
  case sign_in_step::enrol_code:
    return "enrol_code";
  case sign_in_step::consent:
    return "consent";
  case sign_in_step::need_admin:
    return "need_admin";
  case sign_in_step::admin_consent:
    return "admin_consent";
  case sign_in_step::confirm_device:
    return "confirm_device";
  }
  return "?";
}

std::string browser_sessions::new_secret() {
  return base64url_encode(random_string(secret_bytes));
}

half_sign_in& browser_sessions::start(half_sign_in what) {
  what.csrf = new_secret();
  auto [name, added] = sign_ins_.add(std::move(what));
  added.name = name;
  return added;
}

half_sign_in* browser_sessions::find(const form_fields& form, std::string_view browser, std::string_view path) {
  auto* const found = sign_ins_.find(value_of(form, "flow"));
  if (!found || !constant_time_equal(found->csrf, value_of(form, "csrf")) ||
      !constant_time_equal(found->browser, browser) || found->path != path)
    return nullptr;
  return found;
}

void browser_sessions::finish(const half_sign_in& done) {
  const auto name = done.name; // `done` goes with it
  sign_ins_.remove(name);
}

std::string browser_sessions::sign_in(std::string_view old_cookie, const signed_in_account& account) {
  browser_session next;
  if (auto* const old = sessions_.find(old_cookie))
    next = std::move(*old);
  sessions_.remove(old_cookie);
  if (next.id.empty())
    next.id = random_uuid();
  std::erase_if(next.accounts, [&](const signed_in_account& one) { return same_account(one, account); });
  if (next.accounts.size() >= browser_session::accounts_max)
    next.accounts.erase(next.accounts.begin());
  next.accounts.push_back(account);
  return sessions_.add(std::move(next)).first;
}

std::string browser_sessions::set_cookie(std::string_view name, std::string_view value) const {
  std::string out{name};
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax");
  if (secure_)
    out.append("; Secure");
  if (value.empty())
    out.append("; Max-Age=0");
  return out;
}

std::string find_cookie(const http_request& request, std::string_view name) {
  const auto header = request[boost::beast::http::field::cookie];
  std::string_view rest{header.data(), header.size()};
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name)
      continue;
    const auto value = pair.substr(equals + 1);
    const auto good = [](char c) {
      return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_';
    };
    if (value.size() == expiring_store<half_sign_in>::name_bytes && std::ranges::all_of(value, good))
      return std::string{value};
  }
  return {};
}

} // namespace postroom::sim
