#include "sim/identity/client_authentication.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sim/identity/client_assertion.hpp"

namespace postroom::sim {
namespace {

/// Equal in time, whatever the lengths are.
bool is_same(std::string_view a, std::string_view b) {
  return constant_time_equal(as_view(sha256(a)), as_view(sha256(b)));
}

/// Of `Basic …`; an empty id when it is none.
std::optional<client_credentials> basic_credentials(std::string_view header) {
  constexpr std::string_view scheme = "basic ";
  client_credentials found;
  if (!ascii_iequals(header.substr(0, scheme.size()), scheme))
    return found;
  const auto plain = base64_decode(header.substr(scheme.size()));
  const auto colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return std::nullopt;
  found.client_id = form_decoded(std::string_view{*plain}.substr(0, colon));
  found.client_secret = secret<>{form_decoded(std::string_view{*plain}.substr(colon + 1))};
  return found;
}

} // namespace

std::optional<client_credentials> credentials_of(const http_request& request, const form_fields& form) {
  auto found = basic_credentials(view_of(request[boost::beast::http::field::authorization]));
  const auto client_id = value_of(form, "client_id");
  if (!found || (!found->client_id.empty() && !client_id.empty() && !ascii_iequals(found->client_id, client_id)))
    return std::nullopt;
  if (found->client_id.empty())
    found->client_id = client_id;
  if (const auto in_form = value_of(form, "client_secret"); !in_form.empty())
    found->client_secret = secret<>{std::string{in_form}};
  found->assertion = value_of(form, "client_assertion");
  found->assertion_type = value_of(form, "client_assertion_type");
  return found;
}

secret_state check_secret(const application& client, std::string_view presented, wall_time now) {
  auto state = secret_state::wrong;
  for (const auto& each : client.secrets)
    if (is_same(each.value.expose(), presented) && state != secret_state::good)
      state = each.expires <= now ? secret_state::expired : secret_state::good;
  return state;
}

std::optional<denial> authenticate(const application& client, client_kind kind, const client_credentials& presented,
                                   std::span<const std::string> audiences, wall_time now) {
  if (kind == client_kind::public_client && presented.any())
    return denial{700025};
  if (!presented.any())
    return kind == client_kind::confidential ? std::optional{denial{7000218}} : std::nullopt;
  if (!presented.assertion.empty()) {
    if (presented.assertion_type != assertion_type_jwt)
      return denial{900144, "client_assertion_type"};
    return check_assertion(presented.assertion, client, audiences, now);
  }
  switch (check_secret(client, presented.client_secret.expose(), now)) {
  case secret_state::good:
    return std::nullopt;
  case secret_state::expired:
    return denial{7000222, client.client_id};
  case secret_state::wrong:
    break;
  }
  return denial{7000215, client.client_id};
}

} // namespace postroom::sim
