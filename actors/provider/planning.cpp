#include "actors/provider/parts.hpp"
#include "actors/provider/platform.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/oauth2/authorize_request.hpp"
#include "protocol/oauth2/purposes.hpp"

/// What a browser is sent to the platform with.
namespace postroom::provider {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t random_bytes_each = 32;

/// `<id>.<random>`: the first part finds the sign-in again, the second cannot be guessed.
std::string make_state() {
  return base64url_encode(random_string(id_bytes)) + '.' + base64url_encode(random_string(random_bytes_each));
}

result<sign_in_plan> plan_consent(const records::Provider& of, const oauth2::endpoints& where) {
  if (where.admin_consent.empty())
    return fail(errc::invalid_argument, "provider " + of.id() + ": its platform has no consent by administrators");
  auto back = redirect_uri_of(of);
  if (!back)
    return back.error();
  sign_in_plan out;
  out.state = make_state();
  out.redirect_uri = std::move(*back);
  out.wanted_scope = oauth2::app_only_scope(where, oauth2::resource::mail);
  auto url = oauth2::make_admin_consent_url(where.admin_consent, of.application_id(), out.wanted_scope,
                                            out.redirect_uri, out.state);
  if (!url)
    return url.error();
  out.authorize_url = std::move(*url);
  return out;
}

result<sign_in_plan> plan_browser(const records::Provider& of, const oauth2::endpoints& where,
                                  const plan_sign_in& wish) {
  auto back = redirect_uri_of(of);
  auto scope = consent_scope_of(of, where);
  if (!back)
    return back.error();
  if (!scope)
    return scope.error();
  if (where.authorize.empty())
    return fail(errc::invalid_argument,
                "provider " + of.id() + ": authorization_endpoint or discovery_url is needed for a sign-in");
  sign_in_plan out;
  out.state = make_state();
  out.nonce = base64url_encode(random_string(random_bytes_each));
  out.code_verifier = oauth2::make_code_verifier();
  out.redirect_uri = std::move(*back);
  out.wanted_scope = std::move(*scope);
  oauth2::authorize_request request;
  request.endpoint = where.authorize;
  request.client_id = of.application_id();
  request.redirect_uri = out.redirect_uri;
  request.scope = out.wanted_scope;
  request.state = out.state;
  request.nonce = out.nonce;
  request.code_verifier = out.code_verifier;
  request.prompt = wish.prompt;
  request.login_hint = wish.delegate;
  request.form_post = wish.form_post;
  request.google = of.service() == "google";
  auto url = oauth2::make_authorize_url(request);
  if (!url)
    return url.error();
  out.authorize_url = std::move(*url);
  return out;
}

} // namespace

void plan(self_pointer self, const plan_sign_in& wish, caf::typed_response_promise<sign_in_plan> promise) {
  if (self->state.config->service() == "password") {
    promise.deliver(to_caf(fail(errc::invalid_argument, "a provider of the service password has no sign-in")));
    return;
  }
  with_endpoints(self, {}, [self, wish, promise](const result<oauth2::endpoints>& where) mutable {
    if (!where) {
      promise.deliver(to_caf(where.error()));
      return;
    }
    const auto& config = *self->state.config;
    auto made = wish.what == plan_sign_in::purpose::admin_consent ? plan_consent(config, *where)
                                                                  : plan_browser(config, *where, wish);
    if (made)
      promise.deliver(std::move(*made));
    else
      promise.deliver(to_caf(made.error()));
  });
}

} // namespace postroom::provider
