#include "protocol/oauth2/token_form.hpp"

#include "protocol/http/loopback.hpp"
#include "protocol/http/url.hpp"

namespace postroom::oauth2 {
namespace {

bool is_request_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  return !id.empty() && id.size() <= longest && id.find_first_not_of("0123456789abcdefABCDEF-") == id.npos;
}

} // namespace

form::form(std::size_t sum_of_values) {
  text_.reserve(3 * sum_of_values + 512);
}

void form::add(std::string_view name, std::string_view value) {
  if (!text_.empty())
    text_.push_back('&');
  text_.append(name).append(1, '=');
  const secret<> escaped{http::percent_encode(value)};
  text_.append(escaped.expose());
}

void form::add_if(std::string_view name, std::string_view value) {
  if (!value.empty())
    add(name, value);
}

void add_client(form& body, const client_identity& who) {
  body.add("client_id", who.client_id);
  if (!who.client_assertion.empty()) {
    body.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.add("client_assertion", who.client_assertion.expose());
  } else {
    body.add_if("client_secret", who.client_secret.expose());
  }
}

std::size_t value_bytes(const client_identity& who) {
  return who.client_id.size() + who.client_secret.expose().size() + who.client_assertion.expose().size();
}

result<void> check_request(std::string_view endpoint, std::string_view client_id, std::string_view request_id) {
  const auto url = http::parse_url(endpoint);
  if (!url)
    return url.error();
  if (!http::may_carry_secrets(*url))
    return fail(errc::invalid_argument, "secrets are sent to identity platforms by https only");
  if (client_id.empty())
    return fail(errc::invalid_argument, "application (client) id is missing");
  if (!is_request_id(request_id))
    return fail(errc::invalid_argument, "request id is not a UUID");
  return {};
}

http_request post(std::string_view endpoint, form& body, std::string_view request_id) {
  return {std::string{endpoint},
          {{"Content-Type", "application/x-www-form-urlencoded"},
           {"Accept", "application/json"},
           {"client-request-id", std::string{request_id}},
           {"return-client-request-id", "true"}},
          body.take()};
}

} // namespace postroom::oauth2
