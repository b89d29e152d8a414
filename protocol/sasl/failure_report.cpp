#include "base/utf8.hpp"
#include "protocol/sasl/client.hpp"

#include <simdjson.h>

namespace postroom::sasl {
namespace {

constexpr std::size_t value_bytes_max = 512;

/// Numbers are taken, too: some servers send the status as one.
std::string text_of(const simdjson::dom::element& report, std::string_view key) {
  std::string_view text;
  if (report[key].get(text) == simdjson::SUCCESS)
    return std::string{utf8_prefix(text, value_bytes_max)};
  std::int64_t number = 0;
  if (report[key].get(number) == simdjson::SUCCESS)
    return std::to_string(number);
  return {};
}

} // namespace

failure_report parse_failure(std::string_view json) {
  failure_report out;
  if (json.empty() || json.size() > challenge_bytes_max)
    return out;
  simdjson::dom::parser parser{challenge_bytes_max};
  simdjson::dom::element report;
  const simdjson::padded_string padded{json};
  if (parser.parse(padded).get(report) != simdjson::SUCCESS)
    return out;
  out.status = text_of(report, "status");
  out.schemes = text_of(report, "schemes");
  out.scope = text_of(report, "scope");
  out.openid_configuration = text_of(report, "openid-configuration");
  return out;
}

} // namespace postroom::sasl
