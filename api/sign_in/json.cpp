#include "api/sign_in/json.hpp"

#include "api/error_json.hpp"
#include "api/object_json.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <boost/json/array.hpp>

namespace postroom::api::sign_in {
namespace {

using std::chrono::days;

/// What the platforms document: Entra's refresh tokens die 90 days after their last use, Google's after six months.
constexpr days idle_life_microsoft{90};
constexpr days idle_life_google{180};

boost::json::value optional_time(const std::optional<wall_time>& at) {
  return at ? boost::json::value(to_rfc3339(*at)) : boost::json::value{};
}

boost::json::value optional_error(const std::optional<error>& of) {
  return of ? boost::json::value(error_json(*of)) : boost::json::value{};
}

boost::json::array texts(const std::vector<std::string>& of) {
  boost::json::array out;
  for (const auto& each : of)
    out.emplace_back(mime::repair_utf8(each));
  return out;
}

std::string_view name_of(device_sign_in::progress state) {
  switch (state) {
  case device_sign_in::progress::waiting:
    return "waiting";
  case device_sign_in::progress::done:
    return "done";
  case device_sign_in::progress::failed:
    break;
  }
  return "failed";
}

} // namespace

boost::json::object to_json(const signed_in& who) {
  return {{"grant", who.grant},
          {"upn", mime::repair_utf8(who.upn)},
          {"display_name", mime::repair_utf8(who.display_name)},
          {"directory_id", who.directory_id},
          {"granted_scope", mime::repair_utf8(who.granted_scope)},
          {"missing_permissions", texts(who.missing)},
          {"accounts", texts(who.accounts)}};
}

boost::json::object to_json(const device_sign_in& what) {
  return {{"id", what.id},
          {"state", name_of(what.state)},
          {"user_code", mime::repair_utf8(what.user_code)},
          {"verification_uri", mime::repair_utf8(what.verification_uri)},
          {"message", mime::repair_utf8(what.message)},
          {"expires", to_rfc3339(what.expires)},
          {"outcome", what.outcome ? boost::json::value(to_json(*what.outcome)) : boost::json::value{}},
          {"failure", optional_error(what.failure)}};
}

boost::json::object to_json(const grant_status& what) {
  return {{"grant", what.grant},
          {"delegate", what.delegate},
          {"failure", optional_error(what.failure)},
          {"failing_since", optional_time(what.failing_since)},
          {"next_try", optional_time(what.next_try)},
          {"token_expires", optional_time(what.token_expires)},
          {"refresh_planned", optional_time(what.refresh_planned)},
          {"in_use", what.in_use},
          {"accounts", texts(what.accounts)}};
}

boost::json::object to_json(const provider_status& what) {
  boost::json::array grants;
  for (const auto& each : what.grants)
    grants.push_back(to_json(each));
  return {{"provider", what.provider},
          {"failure", optional_error(what.failure)},
          {"failing_since", optional_time(what.failing_since)},
          {"next_try", optional_time(what.next_try)},
          {"secret_in_use", what.secret_in_use},
          {"grants", std::move(grants)}};
}

boost::json::value idle_end(const records::Grant& of, const records::Provider* provider) {
  const bool google = provider && provider->service() == "google";
  const bool microsoft = provider && provider->service() == "microsoft_azure";
  if (of.kind() != "refresh_token" || of.refreshed_ms() == 0 || of.revoked_ms() != 0 || (!google && !microsoft))
    return {};
  const std::chrono::milliseconds life = google ? idle_life_google : idle_life_microsoft;
  return time_json(of.refreshed_ms() + life.count());
}

} // namespace postroom::api::sign_in
