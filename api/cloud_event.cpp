#include "api/cloud_event.hpp"

#include "base/clock.hpp"

#include "records.pb.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace postroom::api {
namespace {

/// CloudEvents' extension `sequence` orders as text.
constexpr std::size_t sequence_digits = 20;

std::string sequence_of(std::uint64_t seq) {
  auto digits = std::to_string(seq);
  return std::string(sequence_digits - digits.size(), '0') + digits;
}

} // namespace

result<std::string> cloud_event(const tenant_id& tenant, const storage::stream_entry& entry) {
  records::Event event;
  if (!event.ParseFromString(entry.value))
    return fail(errc::store_corrupt,
                "entry " + std::to_string(entry.seq) + " of tenant " + tenant.str() + " is not an event");
  boost::json::object envelope{
      {"specversion", "1.0"},
      {"id", event.id()},
      {"type", event.type()},
      {"source", event.source()},
      {"subject", event.subject()},
      {"time", to_rfc3339(wall_time{std::chrono::milliseconds{event.time_ms()}})},
      {"sequence", sequence_of(entry.seq)},
      {"seq", entry.seq},
      {"tenant", tenant.str()},
  };
  if (event.data().empty())
    return boost::json::serialize(envelope);
  envelope.emplace("datacontenttype", "application/json");
  return with_member(boost::json::serialize(envelope), "data", event.data());
}

std::string with_member(std::string document, std::string_view name, std::string_view value) {
  document.pop_back();
  const bool first = document.size() == 1;
  document.append(first ? "\"" : ",\"").append(name).append("\":");
  const auto from = static_cast<std::ptrdiff_t>(document.size());
  document.append(value).append("}");
  std::replace_if(
      document.begin() + from, document.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return document;
}

} // namespace postroom::api
