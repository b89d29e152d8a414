#include "protocol/imap/command_queue.hpp"

#include "base/limits.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>

namespace postroom::imap {

command_queue::kind command_queue::kind_of(const command& what) {
  if (std::holds_alternative<idle_command>(what))
    return kind::idle;
  if (std::holds_alternative<logout_command>(what))
    return kind::logout;
  if (std::holds_alternative<select_command>(what) || std::holds_alternative<unselect_command>(what))
    return kind::alone;
  return kind::plain;
}

result<ticket> command_queue::add(command what, literal_support literals) {
  if (entries_.size() >= limits::imap_commands_open_max)
    return fail(errc::busy, "too many commands are open in this session");
  const auto id = last_ + 1;
  const auto kind = kind_of(what);
  auto encoded = encode_command("A" + std::to_string(id), std::move(what), literals);
  if (!encoded)
    return encoded.error();
  last_ = id;
  entries_.push_back({.id = id, .what = kind, .parts = std::move(encoded->parts)});
  return id;
}

void command_queue::send_next(entry& e, send_buffer& out) {
  for (bool more = true; more && e.next < e.parts.size(); ++e.next) {
    auto& part = e.parts[e.next];
    more = !part.then_wait;
    out.append(std::move(part.text));
  }
}

bool command_queue::flush(send_buffer& out) {
  bool begun = false;
  for (auto& e : entries_) {
    const bool alone = e.what != kind::plain;
    if (e.next == 0) {
      if (alone && &e != &entries_.front())
        break;
      send_next(e, out);
      begun = true;
      if (e.what == kind::idle)
        idle_ = idle_state::requested;
    }
    const bool ending = e.what == kind::idle && idle_ == idle_state::leaving;
    if ((alone && !ending) || e.waits_for_plus())
      break;
  }
  return begun;
}

plus_meaning command_queue::on_plus(send_buffer& out) {
  const auto waiting =
      std::find_if(entries_.begin(), entries_.end(), [](const entry& e) { return e.waits_for_plus(); });
  if (waiting != entries_.end()) {
    send_next(*waiting, out);
    return plus_meaning::literal;
  }
  if (idle_ != idle_state::requested)
    return plus_meaning::superfluous;
  idle_ = idle_state::idling;
  return plus_meaning::idle;
}

std::optional<finished_command> command_queue::finish(std::string_view tag) {
  if (!tag.starts_with('A') || tag.starts_with("A0"))
    return {};
  const auto id = parse_number<ticket>(tag.substr(1));
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) { return id == e.id; });
  if (found == entries_.end() || found->next == 0)
    return {};
  const finished_command done{found->id, found->what == kind::logout, found->next == found->parts.size()};
  if (found->what == kind::idle)
    idle_ = idle_state::none;
  entries_.erase(found);
  return done;
}

void command_queue::want_done() {
  const auto idle = std::find_if(entries_.begin(), entries_.end(), [](const entry& e) { return e.what == kind::idle; });
  if (idle != entries_.end())
    idle->done_wanted = true;
}

bool command_queue::flush_done(send_buffer& out) {
  if (idle_ != idle_state::idling || !entries_.front().done_wanted)
    return false;
  out.append(std::string{done_line});
  idle_ = idle_state::leaving;
  return true;
}

bool command_queue::logging_out() const {
  return in_flight() && entries_.front().what == kind::logout;
}

std::size_t command_queue::buffered_bytes() const {
  std::size_t bytes = 0;
  for (const auto& e : entries_) {
    bytes += sizeof(entry) + e.parts.capacity() * sizeof(encoded_command::part);
    for (const auto& part : e.parts)
      bytes += part.text.capacity();
  }
  return bytes;
}

void command_queue::clear() {
  entries_.clear();
  idle_ = idle_state::none;
}

} // namespace postroom::imap
