#include "protocol/http/loopback.hpp"

#include "base/loopback.hpp"

namespace postroom::http {

bool may_carry_secrets(const url& to) noexcept {
  return to.tls || is_loopback_host(to.host);
}

} // namespace postroom::http
