#include "app/event_printer.hpp"

#include "app/cli/text_table.hpp"

namespace postroom::app {
void print_event(const demo_event& event, std::ostream& out) {
  constexpr std::string_view leaving = "outbox.";
  const bool leaves = event.type.starts_with(leaving);
  out << "  #" << event.seq << "  " << to_rfc3339(event.time) << "  "
      << (leaves ? "→ " + event.type.substr(leaving.size()) : event.type) << "  " << event.tenant << "/"
      << event.text("/account") << "  "
      << cli::harmless(event.text(leaves ? "/recipients/0/address" : "/from/0/address")) << "  "
      << cli::harmless(event.text("/subject")) << "\n";
}

} // namespace postroom::app
