#pragma once

#include "api/message.hpp"
#include "storage/directory.hpp"
#include "storage/lint.hpp"

#include <vector>

/// The member `warnings` of providers and accounts.
namespace postroom::api {

/// With its client secret looked into; what cannot be opened is not judged.
[[nodiscard]] storage::lint_warnings lint_provider(const services& world, const records::Provider& of);

/// For each of some accounts of one tenant, with their providers and grants of one moment. None when the store does
/// not answer: an account is shown all the same.
[[nodiscard]] awaitable<std::vector<storage::lint_warnings>> lint_accounts(const services& world, tenant_id tenant,
                                                                           std::vector<records::Account> accounts);

} // namespace postroom::api
