#include "sim/control/control_api.hpp"

#include "base/ascii.hpp"
#include "sim/net/url_path.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <optional>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::size_t path_bytes_max = 4'096;

std::string_view view_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Of `host[:port]`.
bool is_this_machine(std::string_view authority) {
  const auto host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                               : authority.substr(0, authority.find(':'));
  return ascii_iequals(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

/// What a page of another site would send.
bool is_from_elsewhere(const http_request& request) {
  if (!is_this_machine(view_of(request[http::field::host])))
    return true;
  const auto origin = view_of(request[http::field::origin]);
  const auto slashes = origin.find("//");
  return !origin.empty() && (slashes == std::string_view::npos || !is_this_machine(origin.substr(slashes + 2)));
}

/// What stands for each `{}`; nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> names;
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/'))
    return std::nullopt;
  while (!pattern.empty() || !path.empty()) {
    const auto wanted = next_segment(pattern), given = next_segment(path);
    if (wanted == "{}" && !given.empty())
      names.push_back(percent_decoded(given));
    else if (wanted != given)
      return std::nullopt;
  }
  return names;
}

std::array<std::span<const control_route>, 8> all_routes() {
  return {facts_routes(),       stats_routes(), mailbox_routes(), people_routes(),
          application_routes(), mail_routes(),  fault_routes(),   journal_routes()};
}

http_response overview() {
  std::string text = "The control interface of Postroom's stand-in for mail servers and identity platforms.\n"
                     "Bodies are JSON but for mails; {} stands for a name. Errors say what to do.\n\n";
  for (const auto& routes : all_routes())
    for (const auto& route : routes) {
      auto line = std::string{view_of(http::to_string(route.method))};
      line.resize(7, ' ');
      line += route.path;
      line.resize(std::max<std::size_t>(line.size() + 2, 52), ' ');
      text += line + std::string{route.purpose} + "\n";
    }
  http_response response{http::status::ok, 11};
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::move(text);
  return response;
}

http::status status_of(errc code) {
  switch (code) {
  case errc::invalid_argument:
    return http::status::bad_request;
  case errc::not_found:
    return http::status::not_found;
  case errc::conflict:
    return http::status::conflict;
  case errc::too_large:
    return http::status::payload_too_large;
  default:
    return http::status::internal_server_error;
  }
}

} // namespace

http_response json_answer(const json::value& body, http::status status) {
  http_response response{status, 11};
  response.set(http::field::content_type, "application/json");
  response.set(http::field::cache_control, "no-store");
  response.body() = json::serialize(body) + "\n";
  return response;
}

http_response refusal(http::status status, std::string_view error, std::string_view what_to_do) {
  return json_answer(json::object{{"error", error}, {"what to do", what_to_do}}, status);
}

http_response refusal(const error& why) {
  return refusal(status_of(why.code), why.detail,
                 why.code == errc::not_found ? "Look up what there is with GET /v1/facts." : remedy(why.code));
}

http_response control_api::answer(const http_request& request) {
  const auto target = view_of(request.target());
  const auto question = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, question);
  if (is_from_elsewhere(request))
    return refusal(http::status::forbidden, "this interface is for this machine only",
                   "Call it as localhost or 127.0.0.1, and not from a web page of another site.");
  if (path.size() > path_bytes_max)
    return refusal(http::status::uri_too_long, "the path is too long", "See GET / for the paths there are.");
  if (path == "/" && request.method() == http::verb::get)
    return overview();
  std::string allowed;
  for (const auto& routes : all_routes())
    for (const auto& route : routes) {
      auto names = match(route.path, path);
      if (names && route.method == request.method())
        return route.handle({world_, servers_, request, std::move(*names),
                             parse_form(target.substr(std::min(question + 1, target.size())))});
      if (names)
        allowed += (allowed.empty() ? "" : ", ") + std::string{view_of(http::to_string(route.method))};
    }
  if (allowed.empty())
    return refusal(http::status::not_found, "there is nothing at " + std::string{path},
                   "See GET / for the paths there are.");
  auto refused =
      refusal(http::status::method_not_allowed, "this path does not take the method", "Use one of: " + allowed + ".");
  refused.set(http::field::allow, allowed);
  return refused;
}

} // namespace postroom::sim
