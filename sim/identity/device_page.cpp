#include "sim/identity/device_page.hpp"

#include "sim/identity/consent_step.hpp"
#include "sim/identity/identification.hpp"
#include "sim/identity/sign_in_views.hpp"

namespace postroom::sim {
namespace {

constexpr std::string_view bad_code = "That code didn't work. Check the code and try again.";

/// Null when its time is over, or somebody has answered already.
device_request* waiting_device(const page_context& context, device_request* found) {
  const bool waits = found && found->state == device_state::pending && context.services.time.now() < found->expires;
  return waits ? found : nullptr;
}

http_response take_user_code(page_context& context, half_sign_in& flow) {
  const auto code = context.field("user-code");
  const auto* const device = waiting_device(context, context.services.grants.find_device_by_user_code(code));
  if (!device)
    return user_code_page(flow, code, bad_code);
  flow.tenant = device->tenant;
  auto& purpose = std::get<device_sign_in>(flow.purpose);
  purpose.device_code = device->device_code;
  purpose.client_id = device->client_id;
  purpose.scopes = device->scopes;
  if (const auto refused = check_application(context.services.people, flow.look, device->tenant, device->client_id)) {
    auto page = error_page({flow.look}, *refused, flow.correlation_id, context.services.time.now());
    context.browsers.finish(flow);
    return page;
  }
  return go_on_device_login(context, flow);
}

http_response finish(page_context& context, const half_sign_in& flow, const signing_in* approved) {
  const auto& purpose = std::get<device_sign_in>(flow.purpose);
  auto* const device = waiting_device(context, context.services.grants.find_device(purpose.device_code));
  const auto look = flow.look;
  const auto name = client_name(context, flow);
  if (!device) {
    auto page = error_page({look}, {70019, "", "", ""}, flow.correlation_id, context.services.time.now());
    context.browsers.finish(flow);
    return page;
  }
  device->state = approved ? device_state::approved : device_state::declined;
  if (approved) {
    device->granted.tenant_id = approved->directory.id;
    device->granted.client_id = purpose.client_id;
    device->granted.upn = approved->who.upn;
    device->granted.scopes = purpose.scopes;
    device->granted.signed_in = flow.account.when;
  }
  context.browsers.finish(flow);
  if (approved)
    return done_page(look, name,
                     "You have signed in to the " + name +
                         " application on your device. You may now "
                         "close this window.",
                     "done");
  return done_page(look, name, "You declined the sign-in to " + name + ". You may now close this window.", "declined");
}

} // namespace

http_response start_device_login(page_context& context) {
  half_sign_in begun;
  begun.browser = context.browser;
  begun.correlation_id = context.correlation_id;
  begun.path = context.path;
  begun.purpose = device_sign_in{};
  auto& flow = context.browsers.start(std::move(begun));
  flow.step = sign_in_step::user_code;
  return user_code_page(flow, context.field("otc"), {});
}

http_response go_on_device_login(page_context& context, half_sign_in& flow) {
  const auto& purpose = std::get<device_sign_in>(flow.purpose);
  if (purpose.device_code.empty()) {
    flow.step = sign_in_step::user_code;
    return user_code_page(flow, {}, {});
  }
  if (auto page = identify(context, flow))
    return std::move(*page);
  const auto now = context.services.time.now();
  if (const auto refused = check_directory(context, flow))
    return account_error_page(flow, *refused, now);
  const auto all = who_signs_in(context, flow);
  if (!all.directory.policies.device_code_allowed)
    return account_error_page(flow, {53003, "", "", ""}, now);
  if (const auto refused = check_admission(all))
    return account_error_page(flow, *refused, now);
  if (!purpose.confirmed) {
    flow.step = sign_in_step::confirm_device;
    return confirm_device_page(flow, all.client.name);
  }
  if (auto page = ask_consent(context, flow, all, purpose.scopes, false))
    return std::move(*page);
  return finish(context, flow, &all);
}

http_response take_device_login(page_context& context, half_sign_in& flow) {
  auto& purpose = std::get<device_sign_in>(flow.purpose);
  switch (flow.step) {
  case sign_in_step::user_code:
    return take_user_code(context, flow);
  case sign_in_step::confirm_device:
    if (context.field("action") != "accept")
      return finish(context, flow, nullptr);
    purpose.confirmed = true;
    break;
  case sign_in_step::consent:
  case sign_in_step::need_admin:
    if (take_consent(context, flow, who_signs_in(context, flow), purpose.scopes) == consent_answer::declined)
      return finish(context, flow, nullptr);
    break;
  default:
    break;
  }
  return go_on_device_login(context, flow);
}

} // namespace postroom::sim
