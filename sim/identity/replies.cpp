#include "sim/identity/replies.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t guid_length = 36;

bool is_guid_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
}

entra_error row_of(std::uint32_t code) {
  const auto* const row = find_entra_error(code);
  return row ? *row : entra_error{code, 500, "server_error", {}, "An unexpected error has occurred."};
}

} // namespace

denial::denial(std::uint32_t code, std::string first, std::string second)
    : row(row_of(code)), first(std::move(first)), second(std::move(second)) {
}

std::string_view view_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::string_view path_of(const http_request& request) {
  const auto target = view_of(request.target());
  return target.substr(0, target.find('?'));
}

std::string_view query_of(const http_request& request) {
  const auto target = view_of(request.target());
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::string correlation_id(const http_request& request) {
  const auto sent = view_of(request["client-request-id"]);
  return sent.size() == guid_length && std::ranges::all_of(sent, is_guid_letter) ? std::string{sent} : std::string{};
}

http_response plain_reply(unsigned status, std::string_view content_type, std::string body) {
  http_response response{static_cast<beast_http::status>(status), 11};
  response.set(beast_http::field::content_type, {content_type.data(), content_type.size()});
  response.body() = std::move(body);
  return response;
}

http_response json_reply(unsigned status, std::string body) {
  auto response = plain_reply(status, "application/json; charset=utf-8", std::move(body));
  response.set(beast_http::field::cache_control, "no-store, no-cache");
  response.set(beast_http::field::pragma, "no-cache");
  return response;
}

http_response json_reply(const boost::json::object& body) {
  return json_reply(200, boost::json::serialize(body));
}

http_response entra_denial(const denial& why, const http_request& request, wall_time now) {
  const auto id = correlation_id(request);
  auto response = json_reply(why.row.status, error_body(why.row, {why.first, why.second, id}, now));
  if (!id.empty() && view_of(request["return-client-request-id"]) == "true")
    response.set("client-request-id", id);
  return response;
}

} // namespace postroom::sim
