#include "sim/identity/errors.hpp"

#include "base/crypto.hpp"

#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace json = boost::json;

/// What support asks for.
struct traces {
  std::string trace_id;
  std::string correlation_id;
  std::string timestamp;
};

/// `2025-04-02 09:11:13Z`
std::string entra_timestamp(wall_time t) {
  auto text = to_rfc3339(t).substr(0, 19);
  text[10] = ' ';
  return text + "Z";
}

traces new_traces(const error_details& details, wall_time now) {
  return {random_uuid(), details.correlation_id.empty() ? random_uuid() : details.correlation_id, entra_timestamp(now)};
}

/// What is put in is not looked at again.
std::string filled_in(std::string_view text, const error_details& details) {
  std::string out;
  while (!text.empty()) {
    const auto at = std::min(text.find("{0}"), text.find("{1}"));
    out += text.substr(0, at);
    if (at == std::string_view::npos)
      break;
    out += text[at + 1] == '0' ? details.first : details.second;
    text.remove_prefix(at + 3);
  }
  return out;
}

std::string numbered(std::uint32_t code) {
  return code == 0 ? std::string{} : "AADSTS" + std::to_string(code) + ": ";
}

std::string described(const entra_error& row, const error_details& details, const traces& ids) {
  std::string text = row.outer_code == 0 ? std::string{} : numbered(row.outer_code) + "Error validating credentials. ";
  return text + numbered(row.code) + filled_in(row.text, details) + " Trace ID: " + ids.trace_id +
         "\r\nCorrelation ID: " + ids.correlation_id + "\r\nTimestamp: " + ids.timestamp;
}

/// Says which policy wants more, for the `claims` parameter of the next sign-in.
std::string claims_challenge() {
  return json::serialize(json::object{
      {"access_token",
       json::object{{"capolids", json::object{{"essential", true}, {"values", json::array{random_uuid()}}}}}}});
}

} // namespace

std::string describe(const entra_error& row, const error_details& details, wall_time now) {
  return described(row, details, new_traces(details, now));
}

std::string error_body(const entra_error& row, const error_details& details, wall_time now) {
  const auto ids = new_traces(details, now);
  json::array codes;
  for (const auto code : {row.outer_code, row.code})
    if (code != 0)
      codes.emplace_back(code);
  json::object body{{"error", row.error},
                    {"error_description", described(row, details, ids)},
                    {"error_codes", std::move(codes)},
                    {"timestamp", ids.timestamp},
                    {"trace_id", ids.trace_id},
                    {"correlation_id", ids.correlation_id}};
  if (row.code != 0)
    body["error_uri"] = "https://login.microsoftonline.com/error?code=" + std::to_string(row.code);
  if (!row.suberror.empty())
    body["suberror"] = row.suberror;
  if (row.claims)
    body["claims"] = claims_challenge();
  return json::serialize(body);
}

} // namespace postroom::sim
