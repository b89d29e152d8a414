#include "protocol/graph/failure.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>

namespace postroom::graph {
namespace {

using simdjson::dom::element;

/// The first `bytes_max` octets on one line.
std::string line_of(std::string_view text, std::size_t bytes_max) {
  std::string out{utf8_prefix(text, bytes_max)};
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::string_view text_in(const element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

constexpr std::string_view prefix = "graph.";

const knowledge::entry* known_as(std::string_view code) {
  return code.empty() || code.size() > code_bytes_max ? nullptr : knowledge::find(std::string{prefix}.append(code));
}

errc code_of_status(unsigned status) noexcept {
  switch (status) {
  case 401:
  case 403:
    return errc::blocked_by_policy;
  case 404:
    return errc::not_found;
  case 429:
    return errc::throttled;
  default:
    return errc::server_bye;
  }
}

} // namespace

failure read_failure(unsigned status, std::string_view body) {
  failure out;
  out.status = status;
  if (body.size() > limits::http_answer_bytes_max)
    return out;
  simdjson::dom::parser parser;
  element root;
  element said;
  if (parser.parse(simdjson::padded_string{body}).get(root) != simdjson::SUCCESS ||
      root["error"].get(said) != simdjson::SUCCESS || !said.is_object())
    return out;
  out.code = line_of(text_in(said, "code"), code_bytes_max);
  out.message = line_of(text_in(said, "message"), message_bytes_max);
  out.known = known_as(out.code);
  element inner;
  if (said["innerError"].get(inner) != simdjson::SUCCESS || !inner.is_object())
    return out;
  out.request_id = line_of(text_in(inner, "request-id"), code_bytes_max);
  if (const auto* finer = known_as(text_in(inner, "code"))) {
    out.code = line_of(text_in(inner, "code"), code_bytes_max);
    out.known = finer;
  }
  return out;
}

std::string describe(const failure& what) {
  auto out = std::to_string(what.status);
  if (!what.code.empty())
    out += ' ' + what.code;
  if (!what.message.empty())
    out += ": " + what.message;
  if (!what.request_id.empty())
    out += " [request-id " + what.request_id + "]";
  return out;
}

error to_error(const failure& what) {
  if (what.known)
    return {what.known->code, describe(what), what.known->key};
  return {code_of_status(what.status), describe(what), {}};
}

} // namespace postroom::graph
