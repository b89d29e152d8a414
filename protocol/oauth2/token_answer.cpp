#include "protocol/oauth2/token_answer.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/oauth2/json_reader.hpp"

#include <algorithm>
#include <limits>

namespace postroom::oauth2 {
namespace {

using simdjson::dom::element;
using std::chrono::seconds;

constexpr std::size_t token_bytes_max = 64 * limits::kib;
/// RFC 6749 §5.1 leaves expires_in out where it is documented elsewhere; nobody does, and an hour is what all use.
constexpr seconds life_if_silent{3600};

std::vector<std::uint32_t> codes_of(const element& object) {
  std::vector<std::uint32_t> out;
  simdjson::dom::array listed;
  if (object["error_codes"].get(listed) != simdjson::SUCCESS)
    return out;
  for (const auto& item : listed) {
    std::uint64_t code = 0;
    if (out.size() < failure_codes_max && item.get(code) == simdjson::SUCCESS &&
        code <= std::numeric_limits<std::uint32_t>::max())
      out.push_back(static_cast<std::uint32_t>(code));
  }
  return out;
}

void apply(const verdict& v, token_failure& failure) {
  failure.kind = v.kind;
  failure.code = v.code;
  failure.who = v.who;
  failure.retry = v.retry;
  failure.delete_grant = v.delete_grant;
  failure.cause = v.cause;
  failure.advice = v.advice;
  if (v.retry_not_before > seconds{0})
    failure.retry_after = std::max(failure.retry_after.value_or(seconds{0}), v.retry_not_before);
}

token_failure refused(const http_answer& answer, const element* object, wall_time now) {
  token_failure out;
  out.http_status = answer.status;
  out.retry_after = parse_retry_after(answer.retry_after, now);
  if (object != nullptr) {
    out.error = flatten(text_of(*object, "error"), failure_word_bytes_max);
    auto suberror = text_of(*object, "suberror");
    if (suberror.empty())
      suberror = text_of(*object, "error_subtype"); // Google's name for it
    out.suberror = flatten(suberror, failure_word_bytes_max);
    out.codes = codes_of(*object);
    out.description = flatten(text_of(*object, "error_description"), failure_description_bytes_max);
    out.trace_id = flatten(text_of(*object, "trace_id"), failure_word_bytes_max);
    out.correlation_id = flatten(text_of(*object, "correlation_id"), failure_word_bytes_max);
    out.timestamp = flatten(text_of(*object, "timestamp"), failure_word_bytes_max);
    const auto claims = text_of(*object, "claims");
    if (claims.size() <= failure_claims_bytes_max)
      out.claims = claims;
  }
  const bool asked_to_wait = out.retry_after.has_value();
  const auto wait = out.retry_after;
  apply(classify({answer.status, out.error, out.suberror, out.codes}), out);
  if (asked_to_wait && out.kind == failure_class::transient && out.retry == retry::by_backoff)
    out.retry_after = wait; // the server knows better than the table
  return out;
}

token_failure unusable(const http_answer& answer, std::string description) {
  token_failure out;
  out.http_status = answer.status;
  out.description = std::move(description);
  apply(classify({answer.status, {}, {}, {}}), out);
  return out;
}

std::optional<secret<>> secret_of(const element& object, std::string_view key) {
  const auto text = text_of(object, key);
  if (text.empty() || text.size() > token_bytes_max)
    return std::nullopt;
  return secret<>{std::string{text}};
}

bool is_bearer(std::string_view type) {
  return ascii_iequals(type, "bearer");
}

token_result granted(const http_answer& answer, const element& object) {
  token_answer out;
  auto token = secret_of(object, "access_token");
  if (!token)
    return unusable(answer, "the answer has no access token, or one of absurd length");
  out.access_token = std::move(*token);
  out.token_type = flatten(text_of(object, "token_type"), failure_word_bytes_max);
  if (!is_bearer(out.token_type))
    return unusable(answer, "the answer's token type is not Bearer");
  out.expires_in = seconds_of(object, "expires_in").value_or(life_if_silent);
  out.refresh_in = seconds_of(object, "refresh_in");
  out.scope = flatten(text_of(object, "scope"), 4 * failure_description_bytes_max);
  out.refresh_token = secret_of(object, "refresh_token");
  out.id_token = secret_of(object, "id_token");
  return out;
}

} // namespace

token_result parse_token_answer(const http_answer& answer, wall_time now) {
  const bool success = answer.status >= 200 && answer.status < 300;
  if (answer.body.size() > limits::http_answer_bytes_max)
    return success ? unusable(answer, "the answer is longer than 1 MiB") : refused(answer, nullptr, now);
  const open_json body{answer.body};
  if (!success)
    return refused(answer, body.object(), now);
  if (body.object() == nullptr)
    return unusable(answer, "the answer is not a JSON object");
  if (!text_of(*body.object(), "error").empty()) // never seen with 200, but an error is an error
    return refused(answer, body.object(), now);
  return granted(answer, *body.object());
}

} // namespace postroom::oauth2
