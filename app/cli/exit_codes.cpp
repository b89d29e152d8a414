#include "app/cli/exit_codes.hpp"

namespace postroom::app::cli {

exit_code exit_code_of(errc code) noexcept {
  switch (code) {
  case errc::invalid_argument:
  case errc::too_large:
    return exit_code::wrong_usage;
  case errc::not_found:
  case errc::body_gone:
    return exit_code::not_found;
  case errc::unauthenticated:
  case errc::forbidden:
    return exit_code::refused;
  case errc::conflict:
  case errc::key_reused:
    return exit_code::conflict;
  case errc::dns_failed:
  case errc::connect_failed:
  case errc::connection_lost:
  case errc::tls_failed:
    return exit_code::not_reachable;
  case errc::busy:
  case errc::timeout:
  case errc::cancelled:
  case errc::throttled:
  case errc::store_unavailable:
  case errc::store_fenced:
  case errc::identity_unavailable:
    return exit_code::temporary;
  default:
    return exit_code::failed;
  }
}

exit_code exit_code_of(unsigned status, std::string_view code) noexcept {
  // Statuses that say more than the code does.
  if (status == 412)
    return exit_code::conflict;
  if (status == 429 || status == 503 || status == 504)
    return exit_code::temporary;
  // The gateway's own troubles with mail servers are no troubles in reaching the gateway.
  if (const auto known = code_named(code)) {
    const auto meant = exit_code_of(*known);
    return meant == exit_code::not_reachable ? exit_code::failed : meant;
  }
  switch (status) {
  case 400:
  case 413:
  case 415:
  case 422:
    return exit_code::wrong_usage;
  case 401:
  case 403:
    return exit_code::refused;
  case 404:
  case 410:
    return exit_code::not_found;
  case 409:
    return exit_code::conflict;
  case 408:
    return exit_code::temporary;
  case 502: // a proxy that finds no gateway
    return exit_code::not_reachable;
  default:
    return exit_code::failed;
  }
}

std::optional<errc> code_named(std::string_view name) noexcept {
  for (std::size_t i = 1; i < errc_count; ++i)
    if (const auto code = static_cast<errc>(i); to_string(code) == name)
      return code;
  return {};
}

} // namespace postroom::app::cli
