#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

/// The secret fields of configuration records: sealed when written, opened when used, bound to their record and field
/// so that a sealed value copied elsewhere does not open there. Opening an empty field gives an empty secret.
namespace postroom::storage {

[[nodiscard]] result<void> seal_client_secret(const keyring& keys, records::Provider& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_client_secret(const keyring& keys, const records::Provider& from);

/// For grants of kind `password` this is the password.
[[nodiscard]] result<void> seal_refresh_token(const keyring& keys, records::Grant& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_refresh_token(const keyring& keys, const records::Grant& from);

[[nodiscard]] result<void> seal_access_token(const keyring& keys, records::Grant& into, const secret<>& value);
[[nodiscard]] result<secret<>> open_access_token(const keyring& keys, const records::Grant& from);

} // namespace postroom::storage
