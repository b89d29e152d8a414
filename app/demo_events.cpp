#include "app/demo_events.hpp"

#include "base/limits.hpp"
#include "storage/blocking.hpp"

#include "records.pb.h"

#include <boost/json/parse.hpp>

namespace postroom::app {

std::string demo_event::text(std::string_view pointer) const {
  boost::json::error_code missing;
  const auto* found = data.find_pointer(pointer, missing);
  return found && found->is_string() ? std::string{found->as_string()} : std::string{};
}

bool demo_event::flag(std::string_view pointer) const {
  boost::json::error_code missing;
  const auto* found = data.find_pointer(pointer, missing);
  return found && found->is_bool() && found->as_bool();
}

std::vector<demo_event> demo_events::next() {
  const auto entries = storage::wait_for<result<std::vector<storage::stream_entry>>>([&](auto done) {
    store_.read_stream(storage::keys::stream_of(tenant_), after_, limits::event_page_max, limits::mib, done);
  });
  std::vector<demo_event> out;
  if (!entries)
    return out;
  for (const auto& entry : *entries) {
    after_ = entry.seq;
    records::Event event;
    if (!event.ParseFromString(entry.value))
      continue;
    boost::json::error_code broken;
    auto data = boost::json::parse(event.data(), broken);
    if (broken)
      continue;
    out.push_back({tenant_.str(), entry.seq, event.id(), event.type(),
                   wall_time{std::chrono::milliseconds{event.time_ms()}}, std::move(data)});
  }
  return out;
}

} // namespace postroom::app
