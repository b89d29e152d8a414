#include "api/problem.hpp"

#include "api/error_json.hpp"
#include "base/result.hpp"
#include "protocol/knowledge/entry.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

struct status_row {
  errc code;
  unsigned status;
};

/// What is not listed is somebody else's failure on our behalf: 502.
constexpr std::array table{
    status_row{errc::invalid_argument, 400},
    status_row{errc::not_found, 404},
    status_row{errc::conflict, 409},
    status_row{errc::unauthenticated, 401},
    status_row{errc::forbidden, 403},
    status_row{errc::too_large, 413},
    status_row{errc::busy, 429},
    status_row{errc::timeout, 504},
    status_row{errc::cancelled, 503},
    status_row{errc::internal, 500},
    status_row{errc::store_unavailable, 503},
    status_row{errc::store_corrupt, 500},
    status_row{errc::store_fenced, 503},
    status_row{errc::disk_full, 507},
    status_row{errc::wrong_key, 500},
    status_row{errc::throttled, 503},
    status_row{errc::identity_unavailable, 503},
    status_row{errc::body_gone, 410},
    status_row{errc::key_reused, 422},
};

} // namespace

unsigned http_status_of(errc code) noexcept {
  const auto row = std::ranges::find(table, code, &status_row::code);
  return row == table.end() ? 502 : row->status;
}

unsigned http_status_of(const problem& p) noexcept {
  return p.status ? *p.status : http_status_of(p.what.code);
}

boost::json::object problem_document(const problem& p, std::string_view request_id) {
  const auto code = p.what.code;
  const auto known = knowledge::explain(p.what);
  boost::json::object document{
      {"type", "urn:postroom:problem:" + std::string{to_string(code)}},
      {"title", meaning(code)},
      {"status", http_status_of(p)},
      // It may quote what the caller sent: any bytes at all.
      {"detail", mime::repair_utf8(p.what.detail)},
      {"instance", "urn:postroom:request:" + std::string{request_id}},
      {"code", to_string(code)},
      {"cause", cause_json(p.what)},
      {"meaning", known.meaning},
      {"who_acts", to_string(known.who)},
      {"remedy", known.remedy},
  };
  if (!p.fields.empty()) {
    boost::json::array errors;
    for (const auto& each : p.fields)
      errors.push_back(
          boost::json::object{{"field", mime::repair_utf8(each.field)}, {"problem", mime::repair_utf8(each.problem)}});
    document.emplace("errors", std::move(errors));
  }
  return document;
}

std::string to_json(const problem& p, std::string_view request_id) {
  return boost::json::serialize(problem_document(p, request_id));
}

problem invalid(std::vector<storage::field_problem> fields) {
  std::string detail;
  for (const auto& each : fields)
    detail.append(detail.empty() ? "" : "; ").append(each.field).append(" ").append(each.problem);
  return {fail(errc::invalid_argument, std::move(detail)), {}, std::move(fields)};
}

} // namespace postroom::api
