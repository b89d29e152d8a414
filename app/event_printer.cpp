#include "app/event_printer.hpp"

namespace postroom::app {
namespace {

/// Senders choose what stands in a subject; a terminal must not obey it.
std::string harmless(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

} // namespace

void print_event(const demo_event& event, std::ostream& out) {
  constexpr std::string_view leaving = "outbox.";
  const bool leaves = event.type.starts_with(leaving);
  out << "  #" << event.seq << "  " << to_rfc3339(event.time) << "  "
      << (leaves ? "→ " + event.type.substr(leaving.size()) : event.type) << "  " << event.text("/account") << "  "
      << harmless(event.text(leaves ? "/recipients/0/address" : "/from/0/address")) << "  "
      << harmless(event.text("/subject")) << "\n";
}

} // namespace postroom::app
