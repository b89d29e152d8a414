#pragma once

#include "protocol/knowledge/entry.hpp"

#include <boost/json/object.hpp>

namespace postroom::knowledge {

/// A row as the API and the command line show it.
[[nodiscard]] boost::json::object describe(const entry& of);

} // namespace postroom::knowledge
