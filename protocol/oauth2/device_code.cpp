#include "protocol/oauth2/device_code.hpp"

#include "base/limits.hpp"
#include "protocol/http/loopback.hpp"
#include "protocol/oauth2/json_reader.hpp"
#include "protocol/oauth2/token_form.hpp"

#include <algorithm>

namespace postroom::oauth2 {
namespace {

using std::chrono::seconds;

constexpr std::size_t device_code_bytes_max = 8 * limits::kib;
constexpr std::size_t user_code_bytes_max = 64;
constexpr seconds code_life_max{3600};
constexpr seconds interval_if_silent{5}; // RFC 8628 §3.2
constexpr seconds interval_max{60};
/// Entra's number beside `authorization_pending`.
constexpr std::uint32_t pending_number = 70016;

/// The failure that an answer without any use is, with our words for why.
token_failure unusable(const http_answer& answer, wall_time now, const char* why) {
  auto read = parse_token_answer({answer.status, answer.retry_after, {}}, now);
  auto failure = std::get<token_failure>(std::move(read)); // an empty body is never a token
  failure.description = why;
  return failure;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

/// People are sent there and type a code: it must not be read on the way.
bool is_safe_address(std::string_view address) {
  const auto url = http::parse_url(address);
  return url && http::may_carry_secrets(*url);
}

std::string words_for(const device_authorization& to) {
  return "To sign in, open " + to.verification_uri + " in a browser and enter the code " + to.user_code + '.';
}

} // namespace

result<http_request> make_device_request(std::string_view endpoint, std::string_view client_id, std::string_view scope,
                                         std::string_view request_id) {
  if (auto checked = check_request(endpoint, client_id, request_id); !checked)
    return checked.error();
  if (scope.empty())
    return fail(errc::invalid_argument, "the sign-in needs a scope");
  form body{client_id.size() + scope.size()};
  body.add("client_id", client_id);
  body.add("scope", scope);
  return post(endpoint, body, request_id);
}

std::variant<device_authorization, token_failure> parse_device_answer(const http_answer& answer, wall_time now) {
  if (answer.status < 200 || answer.status >= 300)
    return std::get<token_failure>(parse_token_answer(answer, now));
  const open_json document{answer.body};
  if (document.object() == nullptr)
    return unusable(answer, now, "the answer is not a JSON object of at most 1 MiB");
  const auto& object = *document.object();
  if (!text_of(object, "error").empty())
    return std::get<token_failure>(parse_token_answer(answer, now));
  const auto device_code = text_of(object, "device_code");
  if (device_code.empty() || device_code.size() > device_code_bytes_max)
    return unusable(answer, now, "the answer has no device code, or one of absurd length");
  const auto user_code = text_of(object, "user_code");
  if (user_code.empty() || user_code.size() > user_code_bytes_max || !is_printable(user_code))
    return unusable(answer, now, "the answer has no user code that people can type");
  auto address = text_of(object, "verification_uri");
  if (address.empty())
    address = text_of(object, "verification_url"); // Google's name for it, older than the RFC
  if (!is_safe_address(address))
    return unusable(answer, now, "the answer has no https address for the person");
  const auto life = seconds_of(object, "expires_in").value_or(seconds{0});
  if (life == seconds{0})
    return unusable(answer, now, "the answer does not say how long the code lives");
  device_authorization out;
  out.device_code = secret<>{std::string{device_code}};
  out.user_code = user_code;
  out.verification_uri = address;
  out.expires_in = std::min(life, code_life_max);
  out.interval = std::clamp(seconds_of(object, "interval").value_or(interval_if_silent), seconds{1}, interval_max);
  out.message = flatten(text_of(object, "message"), failure_description_bytes_max);
  if (out.message.empty())
    out.message = words_for(out);
  return out;
}

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const device_code_grant& grant, std::string_view request_id) {
  if (auto checked = check_request(token_endpoint, who.client_id, request_id); !checked)
    return checked.error();
  if (grant.device_code.empty())
    return fail(errc::invalid_argument, "device code is missing");
  form body{value_bytes(who) + grant.device_code.expose().size()};
  body.add("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
  add_client(body, who);
  body.add("device_code", grant.device_code.expose());
  return post(token_endpoint, body, request_id);
}

poll_advice advice_of(const token_failure& failure) noexcept {
  if (failure.error == "authorization_pending" ||
      std::ranges::find(failure.codes, pending_number) != failure.codes.end())
    return poll_advice::go_on;
  const bool in_trouble = failure.kind == failure_class::transient && failure.retry == retry::by_backoff;
  return failure.error == "slow_down" || in_trouble ? poll_advice::slow_down : poll_advice::over;
}

} // namespace postroom::oauth2
