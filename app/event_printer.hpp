#pragma once

#include "app/demo_events.hpp"

#include <ostream>

namespace postroom::app {

/// One line for people: what came from whom, or `→ sent` to whom.
void print_event(const demo_event& event, std::ostream& out);

} // namespace postroom::app
