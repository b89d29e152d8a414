#include "app/event_printer.hpp"

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "storage/blocking.hpp"

#include "records.pb.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace postroom::app {
namespace {

std::string text_at(const boost::json::value& data, std::string_view pointer) {
  boost::json::error_code missing;
  const auto* found = data.find_pointer(pointer, missing);
  return found && found->is_string() ? std::string{found->as_string()} : std::string{};
}

/// Senders choose what stands in a subject; a terminal must not obey it.
std::string harmless(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

} // namespace

void event_printer::print_new(std::ostream& out) {
  const auto entries = storage::wait_for<result<std::vector<storage::stream_entry>>>([&](auto done) {
    store_.read_stream(storage::keys::stream_of(tenant_), after_, limits::event_page_max, limits::mib, done);
  });
  if (!entries)
    return;
  for (const auto& entry : *entries) {
    after_ = entry.seq;
    records::Event event;
    if (!event.ParseFromString(entry.value))
      continue;
    boost::json::error_code broken;
    const auto data = boost::json::parse(event.data(), broken);
    if (broken)
      continue;
    out << "  #" << entry.seq << "  " << to_rfc3339(wall_time{std::chrono::milliseconds{event.time_ms()}}) << "  "
        << event.type() << "  " << text_at(data, "/account") << "  " << harmless(text_at(data, "/from/0/address"))
        << "  " << harmless(text_at(data, "/subject")) << "\n";
  }
  out << std::flush;
}

} // namespace postroom::app
