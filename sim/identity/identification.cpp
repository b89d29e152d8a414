#include "sim/identity/identification.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/identity/sign_in_views.hpp"

#include <algorithm>
#include <charconv>

namespace postroom::sim {
namespace {

struct person {
  tenant* home = nullptr;
  user* who = nullptr; ///< null: unknown there
};

/// A guest is registered in the tenant asked for; everyone else in the tenant of the address.
person find_person(const page_context& context, const half_sign_in& flow, std::string_view email) {
  auto& people = context.services.people;
  const bool google = flow.look == face::google;
  if (auto* const asked = google ? nullptr : people.find_tenant(flow.tenant))
    if (auto* const found = asked->find_user(email))
      return {asked, found};
  auto* const home = people.tenant_of(email);
  if (!home || (home->kind == service::google) != google)
    return {};
  return {home, home->find_user(email)};
}

person current_person(const page_context& context, const half_sign_in& flow) {
  auto* const home = context.services.people.find_tenant(flow.account.tenant_id);
  return {home, home ? home->find_user(flow.account.upn) : nullptr};
}

bool still_good(const page_context& context, const signed_in_account& account) {
  const auto* const home = context.services.people.find_tenant(account.tenant_id);
  const auto* const who = home ? home->find_user(account.upn) : nullptr;
  return who && who->enabled && !who->locked && account.when >= who->sessions_valid_from;
}

/// Those signed in whom this sign-in may use, in the order they signed in.
std::vector<signed_in_account> candidates(const page_context& context, const half_sign_in& flow) {
  std::vector<signed_in_account> out;
  const auto* const request = std::get_if<authorize_request>(&flow.purpose);
  const auto* const session = context.browsers.session(context.session);
  if (!session || (request && request->prompt_login))
    return out;
  const auto* const hinted =
      request && !request->domain_hint.empty() ? context.services.people.find_tenant(request->domain_hint) : nullptr;
  for (const auto& account : session->accounts)
    if (account.google == (flow.look == face::google) && (!hinted || account.tenant_id == hinted->id) &&
        still_good(context, account))
      out.push_back(account);
  return out;
}

std::string login_hint(const half_sign_in& flow) {
  const auto* const request = std::get_if<authorize_request>(&flow.purpose);
  return request ? request->login_hint : std::string{};
}

void use(const page_context& context, half_sign_in& flow, const signed_in_account& account) {
  flow.account = account;
  const auto* const home = context.services.people.find_tenant(account.tenant_id);
  const auto frequency = home->policies.sign_in_frequency;
  flow.authenticated = frequency.count() == 0 || context.services.time.now() - account.when < frequency;
}

/// Single sign-on: the account hinted at, or the only one.
bool choose_silently(const page_context& context, half_sign_in& flow) {
  const auto* const request = std::get_if<authorize_request>(&flow.purpose);
  // Whoever enters a device's code is asked which account it is for.
  if (flow.picked || std::holds_alternative<device_sign_in>(flow.purpose) ||
      (request && request->prompt_select_account))
    return false;
  const auto known = candidates(context, flow);
  if (const auto hint = login_hint(flow); !hint.empty()) {
    const auto fits = [&](const signed_in_account& one) { return ascii_iequals(one.upn, hint); };
    const auto found = std::ranges::find_if(known, fits);
    if (found == known.end())
      return false;
    use(context, flow, *found);
    return true;
  }
  if (known.size() != 1)
    return false;
  use(context, flow, known.front());
  return true;
}

bool needs_second_factor(const half_sign_in& flow, const user& who) {
  return who.mfa_required && (!flow.account.mfa || who.last_mfa == wall_time{});
}

http_response ask_account(page_context& context, half_sign_in& flow) {
  const auto* const request = std::get_if<authorize_request>(&flow.purpose);
  const auto hint = login_hint(flow);
  const bool select = request && request->prompt_select_account;
  if (const auto known = candidates(context, flow); !flow.picked && !known.empty() && (select || hint.empty())) {
    flow.step = sign_in_step::pick_account;
    return pick_account_page(flow, known);
  }
  flow.step = sign_in_step::account;
  return account_page(flow, hint, client_name(context, flow), {});
}

void forget_account(half_sign_in& flow) {
  flow.account = {};
  flow.authenticated = false;
  flow.picked = true;
  flow.step = sign_in_step::account;
}

std::optional<http_response> take_account(page_context& context, half_sign_in& flow) {
  auto email = context.field("email");
  std::erase_if(email, [](char c) { return c == ' ' || c == '\t'; });
  const auto found = find_person(context, flow, email);
  if (!found.who)
    return account_page(flow, email, client_name(context, flow),
                        short_message(flow.look, {50034, "", email, found.home ? found.home->name : flow.tenant}));
  flow.account = {found.home->id, found.who->upn, {}, false, flow.look == face::google};
  flow.authenticated = false;
  return std::nullopt;
}

std::optional<http_response> take_pick(page_context& context, half_sign_in& flow) {
  const auto text = context.field("account");
  std::size_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto known = candidates(context, flow);
  if (failure == std::errc{} && end == text.data() + text.size() && number < known.size()) {
    flow.picked = true;
    use(context, flow, known[number]);
  }
  return std::nullopt;
}

std::optional<http_response> take_password(page_context& context, half_sign_in& flow) {
  const auto* const who = current_person(context, flow).who;
  const auto wrong = [&](std::uint32_t code) {
    return password_page(flow, short_message(flow.look, {code, "", flow.account.upn, ""}));
  };
  if (!who)
    return account_page(flow, {}, client_name(context, flow), {});
  if (who->locked)
    return wrong(50053);
  if (who->password.empty() || !constant_time_equal(who->password.expose(), context.field("password")))
    return wrong(50126);
  if (!who->enabled)
    return wrong(50057);
  flow.account.when = context.services.time.now();
  flow.account.mfa = false;
  flow.authenticated = true;
  flow.unsaved = true;
  return std::nullopt;
}

std::optional<http_response> take_code(page_context& context, half_sign_in& flow) {
  auto code = context.field("otc");
  std::erase(code, ' ');
  if (!constant_time_equal(code, user::mfa_code))
    return code_page(flow, short_message(flow.look, {500121, "", "", ""}));
  auto* const who = current_person(context, flow).who;
  if (!who)
    return std::nullopt;
  if (flow.step == sign_in_step::enrol_code)
    who->mfa_enrolled = true;
  who->last_mfa = context.services.time.now();
  flow.account.mfa = true;
  flow.unsaved = true;
  return std::nullopt;
}

std::optional<http_response> take_enrolment(half_sign_in& flow) {
  flow.step = sign_in_step::enrol_code;
  return code_page(flow, {});
}

} // namespace

std::optional<http_response> identify(page_context& context, half_sign_in& flow) {
  if (flow.account.upn.empty() && !choose_silently(context, flow))
    return ask_account(context, flow);
  if (!flow.authenticated) {
    flow.step = sign_in_step::password;
    return password_page(flow, {});
  }
  const auto* const who = current_person(context, flow).who;
  if (!who) {
    forget_account(flow);
    return ask_account(context, flow);
  }
  if (needs_second_factor(flow, *who)) {
    flow.step = who->mfa_enrolled ? sign_in_step::mfa : sign_in_step::enrol;
    return who->mfa_enrolled ? code_page(flow, {}) : enrol_page(flow, client_name(context, flow));
  }
  if (flow.unsaved) {
    context.session = context.browsers.sign_in(context.session, flow.account);
    context.cookies.push_back(context.browsers.set_cookie(browser_sessions::session_cookie, context.session));
    flow.unsaved = false;
  }
  return std::nullopt;
}

std::optional<http_response> take_identification(page_context& context, half_sign_in& flow) {
  if (context.field("action") == "other") {
    forget_account(flow);
    return std::nullopt;
  }
  switch (flow.step) {
  case sign_in_step::account:
    return take_account(context, flow);
  case sign_in_step::pick_account:
    return take_pick(context, flow);
  case sign_in_step::password:
    return take_password(context, flow);
  case sign_in_step::mfa:
  case sign_in_step::enrol_code:
    return take_code(context, flow);
  case sign_in_step::enrol:
    return take_enrolment(flow);
  case sign_in_step::user_code:
  case sign_in_step::consent:
  case sign_in_step::need_admin:
  case sign_in_step::admin_consent:
  case sign_in_step::confirm_device:
    break;
  }
  return std::nullopt;
}

std::optional<sign_in_refusal> silent_refusal(page_context& context, half_sign_in& flow) {
  if (!choose_silently(context, flow)) {
    if (const auto known = candidates(context, flow); login_hint(flow).empty() && known.size() > 1)
      return sign_in_refusal{16000, "interaction_required", known.front().upn, flow.tenant};
    return sign_in_refusal{50058, "login_required", "", ""};
  }
  if (!flow.authenticated)
    return sign_in_refusal{50058, "login_required", "", ""};
  const auto* const who = current_person(context, flow).who;
  if (who && needs_second_factor(flow, *who))
    return sign_in_refusal{50076, "interaction_required", client_name(context, flow), ""};
  return std::nullopt;
}

std::optional<sign_in_refusal> check_directory(const page_context& context, const half_sign_in& flow) {
  const auto* const asked = flow.look == face::google || is_any_tenant(flow.tenant)
                                ? nullptr
                                : context.services.people.find_tenant(flow.tenant);
  if (asked && asked->id != flow.account.tenant_id)
    return sign_in_refusal{50020, "", flow.account.upn, asked->name};
  return std::nullopt;
}

signing_in who_signs_in(const page_context& context, const half_sign_in& flow) {
  const auto found = current_person(context, flow);
  return {*found.home, *context.services.people.find_application(client_id_of(flow)), *found.who};
}

std::string client_id_of(const half_sign_in& flow) {
  return std::visit([](const auto& purpose) { return purpose.client_id; }, flow.purpose);
}

std::string client_name(const page_context& context, const half_sign_in& flow) {
  const auto* const client = context.services.people.find_application(client_id_of(flow));
  return client ? client->name : std::string{};
}

} // namespace postroom::sim
