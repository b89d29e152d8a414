#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

#include <string_view>

/// The secret fields of configuration records: sealed when written, opened when used, bound to their record and field
/// so that a sealed value copied elsewhere does not open there. Opening an empty field gives an empty secret.
namespace postroom::storage {

/// Fields of a provider: `client_secret`, `previous_client_secret`, `certificate_key`, `previous_certificate_key`,
/// `proxy_password`. An empty value empties the field.
[[nodiscard]] result<void> seal_secret(const keyring& keys, records::Provider& into, std::string_view field,
                                       const secret<>& value);
[[nodiscard]] result<secret<>> open_secret(const keyring& keys, const records::Provider& from, std::string_view field);

/// For grants of kind `password` this is the password.
[[nodiscard]] result<void> seal_refresh_token(const keyring& keys, records::Grant& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_refresh_token(const keyring& keys, const records::Grant& from);

[[nodiscard]] result<void> seal_access_token(const keyring& keys, records::Grant& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_access_token(const keyring& keys, const records::Grant& from);

/// The token for one resource besides mail. Sealing puts it into `resources`, in place of an older one.
[[nodiscard]] result<void> seal_resource_token(const keyring& keys, records::Grant& into, std::string_view resource,
                                               const secret<>& value);
[[nodiscard]] result<secret<>> open_resource_token(const keyring& keys, const records::Grant& from,
                                                   std::string_view resource);

[[nodiscard]] result<void> seal_code_verifier(const keyring& keys, records::SignIn& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_code_verifier(const keyring& keys, const records::SignIn& from);

} // namespace postroom::storage
