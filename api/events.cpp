#include "actors/bridge.hpp"
#include "api/cloud_event.hpp"
#include "api/router.hpp"
#include "api/store_calls.hpp"
#include "api/waiting.hpp"
#include "base/limits.hpp"

#include <array>

namespace postroom::api {
namespace {

/// Events in one piece of a stream: what a slow reader can make us hold.
constexpr std::size_t stream_page_max = 50;
constexpr std::size_t stream_page_bytes = 256 * limits::kib;

using entries = std::vector<storage::stream_entry>;

/// The log from one position on, as server-sent events, until the reader goes, its token ends or the server stops.
class event_stream final : public piecewise_body {
public:
  event_stream(const services& world, const request& what, std::uint64_t after)
      : world_(world), tenant_(what.tenant), token_(what.token), server_(*what.server), after_(after) {}

  awaitable<result<std::optional<std::string>>> next() override {
    if (!greeted_) {
      greeted_ = true;
      co_return std::optional<std::string>{"retry: 2000\n\n"};
    }
    const auto deadline = std::chrono::steady_clock::now() + server_.heartbeat;
    while (!server_.stopping) {
      const auto page = co_await read_stream(world_.store, storage::keys::stream_of(tenant_), after_, stream_page_max,
                                             stream_page_bytes);
      if (!page)
        co_return page.error();
      const auto left = deadline - std::chrono::steady_clock::now();
      if (!page->empty() || left <= left.zero())
        co_return co_await next_piece(*page);
      co_await wait_for_growth(world_, server_, tenant_, after_, std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    co_return std::optional<std::string>{};
  }

private:
  /// Events, or a sign of life; nothing more for a token that was removed or has expired.
  awaitable<result<std::optional<std::string>>> next_piece(const entries& page) {
    const auto allowed = co_await check_again(world_, token_);
    if (!allowed && allowed.error().code != errc::unauthenticated)
      co_return allowed.error();
    if (!allowed)
      co_return std::optional<std::string>{};
    if (page.empty())
      co_return std::optional<std::string>{":\n\n"};
    co_return format(page);
  }

  result<std::optional<std::string>> format(const entries& page) {
    std::string out;
    for (const auto& each : page) {
      const auto document = cloud_event(tenant_, each);
      if (!document)
        return document.error();
      out.append("id: ").append(std::to_string(each.seq)).append("\ndata: ").append(*document).append("\n\n");
      after_ = each.seq;
    }
    return std::optional{std::move(out)};
  }

  const services& world_;
  tenant_id tenant_;
  token_in_use token_;
  const server_side& server_;
  std::uint64_t after_;
  bool greeted_ = false;
};

bool wants_stream(const request& what) {
  return what.accept.find("text/event-stream") != std::string::npos;
}

result<std::uint64_t> position_of(const request& what) {
  constexpr auto last = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (what.last_event_id.empty() || !wants_stream(what))
    return number_of(what, "after", 0, 0, last);
  request resumed;
  resumed.query.emplace("Last-Event-ID", what.last_event_id);
  return number_of(resumed, "Last-Event-ID", 0, 0, last);
}

response start_stream(const services& world, const request& what, std::uint64_t after) {
  response out;
  out.content_type = "text/event-stream";
  // Proxies must hand on what they get.
  out.headers.emplace_back("X-Accel-Buffering", "no");
  out.body = std::make_unique<event_stream>(world, what, after);
  return out;
}

result<std::string> page_json(const tenant_id& tenant, const entries& page, std::uint64_t after) {
  std::string out = R"({"items":[)";
  for (const auto& each : page) {
    const auto document = cloud_event(tenant, each);
    if (!document)
      return document.error();
    out.append(&each == &page.front() ? "" : ",").append(*document);
    after = each.seq;
  }
  return out.append("],\"next\":").append(std::to_string(after)).append("}");
}

awaitable<response> read_events(const services& world, request& what) {
  if (const auto known = only_parameters(what, {"after", "limit", "wait"}); !known)
    co_return refuse(known.error());
  const auto after = position_of(what);
  if (!after)
    co_return refuse(after.error());
  if (wants_stream(what))
    co_return start_stream(world, what, *after);
  const auto limit = number_of(what, "limit", 100, 1, limits::event_page_max);
  if (!limit)
    co_return refuse(limit.error());
  const auto wait = number_of(what, "wait", 0, 0, std::chrono::seconds{limits::event_wait_max}.count());
  if (!wait)
    co_return refuse(wait.error());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{*wait};
  const auto stream = storage::keys::stream_of(what.tenant);
  while (true) {
    const auto page = co_await read_stream(world.store, stream, *after, *limit, limits::http_event_page_bytes_max);
    if (!page)
      co_return refuse(page.error());
    const auto left = deadline - std::chrono::steady_clock::now();
    if (!page->empty() || left <= left.zero() || what.server->stopping) {
      auto document = page_json(what.tenant, *page, *after);
      co_return document ? answer_json(std::move(*document)) : refuse(document.error());
    }
    co_await wait_for_growth(world, *what.server, what.tenant, *after,
                             std::chrono::ceil<std::chrono::milliseconds>(left));
    const auto allowed = co_await check_again(world, what.token);
    if (!allowed)
      co_return refuse(allowed.error());
  }
}

constexpr std::array routes{
    route{method::get, "/v1/events", access::read, read_events},
};

} // namespace

std::span<const route> event_routes() {
  return routes;
}

} // namespace postroom::api
