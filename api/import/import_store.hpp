#pragma once

#include "api/import/import_plan.hpp"
#include "api/message.hpp"

#include <memory>
#include <vector>

/// The import's side towards the store and the gateway.
namespace postroom::api {

/// The tenant's providers and grants, and its accounts as far as they were sought, of one snapshot.
[[nodiscard]] awaitable<result<std::shared_ptr<known_objects>>>
read_known_objects(const services& world, tenant_id tenant, std::shared_ptr<const sought_accounts> sought);

/// Writes what was planned in batches, and has the gateway take up each before the next one. Counts in the report what
/// was written; a row that somebody else got ahead of becomes an error of its own and stops nothing. Errors: the
/// store's, `cancelled` when the server stops; what was written until then stays.
[[nodiscard]] awaitable<result<void>> write_accounts(const services& world, const request& what,
                                                     std::vector<planned_account> planned, const known_objects& known,
                                                     import_report& report);

} // namespace postroom::api
