#pragma once

#include "base/error.hpp"

namespace postroom {

/// Whether an attempt to connect that ended so never reached its server, for whoever admits connections
/// (connection_tried). A server that answers, if only to refuse, was reached.
[[nodiscard]] inline bool never_arrived(errc code) noexcept {
  return code == errc::dns_failed || code == errc::connect_failed || code == errc::timeout;
}

} // namespace postroom
