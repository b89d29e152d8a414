#include "bench/event_reader.hpp"

#include "bench/typical_mail.hpp"
#include "tests/support/wire.hpp"

#include <boost/json.hpp>

#include <set>
#include <stdexcept>

namespace postroom::bench {
namespace {

namespace json = boost::json;

template <class T>
T value_or_throw(result<T> got) {
  if (!got)
    throw std::runtime_error("API: " + got.error().detail);
  return std::move(*got);
}

std::unique_ptr<test::wire> send_request(const api_endpoint& api, const std::string& target, const char* accept) {
  auto wire = value_or_throw(test::wire::connect(api.port));
  const auto sent = wire->write("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + api.token +
                                "\r\nAccept: " + accept + "\r\n\r\n");
  if (!sent)
    throw std::runtime_error("API: " + sent.error().detail);
  return wire;
}

json::value get(const api_endpoint& api, const std::string& target) {
  auto wire = send_request(api, target, "application/json");
  std::size_t length = 0;
  std::string line = value_or_throw(wire->read_line());
  if (!line.starts_with("HTTP/1.1 200"))
    throw std::runtime_error(target + " was answered by " + line);
  constexpr std::string_view name = "Content-Length: ";
  for (; !line.empty(); line = value_or_throw(wire->read_line()))
    if (line.starts_with(name))
      length = std::stoul(line.substr(name.size()));
  return json::parse(value_or_throw(wire->read_bytes(length)));
}

} // namespace

std::size_t count_mails(const api_endpoint& api) {
  std::set<std::size_t> numbers;
  std::uint64_t after = 0;
  while (true) {
    check_interrupted();
    const auto page = get(api, "/v1/events?limit=1000&after=" + std::to_string(after));
    const auto& items = page.at("items").as_array();
    if (items.empty())
      return numbers.size();
    for (const auto& each : items)
      if (const auto number = number_of(json::serialize(each)); number != std::string::npos)
        numbers.insert(number);
    after = page.at("next").to_number<std::uint64_t>();
  }
}

std::size_t mailboxes_in_step(const api_endpoint& api) {
  return get(api, "/readyz").at("in_step").to_number<std::size_t>();
}

event_watcher::event_watcher(const api_endpoint& api, std::size_t mails)
    : times_(mails, 0), thread_([this, api] { run(api); }) {
}

event_watcher::~event_watcher() {
  stop();
}

const std::vector<std::int64_t>& event_watcher::times() {
  stop();
  return times_;
}

void event_watcher::stop() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

/// Chunks begin and end between events, so that a line of data is whole whatever the framing around it.
void event_watcher::run(const api_endpoint& api) try {
  const auto wire = send_request(api, "/v1/events", "text/event-stream");
  while (!stopping_) {
    const auto line = wire->read_line(std::chrono::milliseconds{200});
    if (!line && line.error().code == errc::timeout)
      continue;
    if (!line)
      throw std::runtime_error(line.error().detail);
    const auto now = now_ns();
    const auto number = line->starts_with("data: ") ? number_of(*line) : std::string::npos;
    if (number >= times_.size() || times_[number] != 0)
      continue;
    times_[number] = now;
    ++seen_;
  }
} catch (const std::exception& e) {
  say(std::string{"the event stream broke off: "} + e.what()); // the mails that are now missed make the run fail
}

} // namespace postroom::bench
