#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "storage/lint.hpp"

#include "records.pb.h"

#include <string_view>

/// What people get wrong when they carry an app registration over from the portal: looked for before anybody signs in,
/// since the platform's own errors come later and say less. Pure, thread-safe. Each warning is about a provider that
/// validate() accepts.
namespace postroom::storage {

/// What is known of the provider's secrets besides its record.
struct provider_credentials {
  const secret<>* client_secret = nullptr; ///< its plain value where it is at hand
  bool has_certificate_key = false;        ///< given, though not yet in the record
  bool has_proxy_password = false;         ///< likewise
};

/// In the order of the fields.
[[nodiscard]] lint_warnings lint(const records::Provider& of, const provider_credentials& with, wall_time now);

/// The path at which the gateway takes a sign-in back; empty for a service without one.
[[nodiscard]] std::string_view callback_path(std::string_view service) noexcept;

} // namespace postroom::storage
