#pragma once

#include "api/access_tokens.hpp"
#include "api/problem.hpp"
#include "api/rate_limit.hpp"
#include "api/services.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/verb.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// A request and its answer as handlers see them: no sockets, no parser.
namespace postroom::api {

template <class T>
using awaitable = boost::asio::awaitable<T>;
using method = boost::beast::http::verb;

class blocking_pool;
class extraction_pool;

/// What handlers need of the server itself.
struct server_side {
  std::atomic<bool> stopping{false}; ///< waits must end soon
  std::chrono::milliseconds heartbeat{};
  std::size_t uploads_max{}; ///< of a tenant, and their octets
  std::uint64_t uploads_bytes_max{};
  extraction_pool& extractions;        ///< goes at the pace of who downloads
  blocking_pool& compositions;         ///< waits for the store alone
  std::atomic<std::size_t> imports{0}; ///< of accounts, under way
  rate_limiter open_pages{};           ///< what anybody may ask for and costs more than an answer
};

/// The token that a request came with.
struct token_in_use {
  token_id id;
  std::string hash;
};

/// A body that is read while it arrives. Used from one coroutine.
class incoming_body {
public:
  virtual ~incoming_body() = default;
  /// The next piece, never empty; nothing at the end. Errors: `too_large`, `timeout`, `connection_lost`,
  /// `invalid_argument`; after one the connection ends with the answer.
  virtual awaitable<result<std::optional<std::string>>> next() = 0;
};

struct request {
  api::method method{};
  std::string path;                                       ///< as sent
  std::vector<std::string> segments;                      ///< decoded, without the leading `v1/tenants/<tenant>`
  std::map<std::string, std::string> query;               ///< decoded; each name at most once
  std::map<std::string, std::string, std::less<>> params; ///< what the route's `{name}`s matched
  std::string accept;
  std::string content_type;
  std::string authorization;
  std::string if_match;
  std::string last_event_id;
  std::string idempotency_key;
  std::string cookie;
  std::string body;
  std::string id; ///< of this request, for logs and problems
  bool from_loopback = false;
  /// Who asks: the peer, or whom a proxy on this machine names last in X-Forwarded-For. Nothing when that proxy names
  /// nobody: then the peer may be anybody.
  std::optional<boost::asio::ip::address> remote;
  std::optional<tenant_id> tenant_in_path;
  tenant_id tenant;                  ///< whose objects are meant; set for routes of a tenant
  tenant_id token_tenant;            ///< empty: the token covers all tenants
  token_in_use token;                ///< empty: none was needed
  server_side* server = nullptr;     ///< outlives every request
  incoming_body* incoming = nullptr; ///< for routes that stream

  [[nodiscard]] const std::string& param(std::string_view name) const { return params.find(name)->second; }
};

/// A body that is made while it is sent. Used from one coroutine; each piece is small.
class piecewise_body {
public:
  virtual ~piecewise_body() = default;
  /// The next piece, never empty; nothing at the end; an error breaks the connection off.
  virtual awaitable<result<std::optional<std::string>>> next() = 0;
};

struct response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::variant<std::string, std::unique_ptr<piecewise_body>, problem> body;
  std::optional<std::uint64_t> length; ///< of a piecewise body, where known
};

[[nodiscard]] inline response refuse(problem p) {
  response out;
  out.body = std::move(p);
  return out;
}
[[nodiscard]] inline response refuse(error e) {
  return refuse(problem{std::move(e)});
}
[[nodiscard]] inline response answer_json(std::string document, unsigned status = 200) {
  response out;
  out.status = status;
  out.body = std::move(document);
  return out;
}

/// For `Location`: an object of the collection that was asked, of the same tenant whoever reads it.
[[nodiscard]] std::string location_of(const request& what, const std::string& id);

/// Query parameter as a number in [min, max]; `invalid_argument` names it.
[[nodiscard]] result<std::uint64_t> number_of(const request& from, const std::string& name, std::uint64_t otherwise,
                                              std::uint64_t min, std::uint64_t max);
/// `invalid_argument` when a query parameter is not one of those (besides `tenant`).
[[nodiscard]] result<void> only_parameters(const request& of, std::initializer_list<std::string_view> known);

} // namespace postroom::api
