#pragma once

#include "api/message.hpp"

#include "records.pb.h"

#include <optional>
#include <string>
#include <vector>

namespace postroom::api {

/// A message or quarantined message of a tenant; without `account` it is looked for in all of them. `not_found`.
[[nodiscard]] awaitable<result<records::Message>> find_message(const services& world, tenant_id tenant,
                                                               std::optional<account_id> account, message_id id);

/// One page of an account's messages.
struct message_page {
  std::vector<records::Message> items;
  std::string next; ///< empty at the end
};
/// Newest first; `after` is a cursor from an earlier page. Ends early when the records grow large.
[[nodiscard]] awaitable<result<message_page>>
page_by_received(const services& world, tenant_id tenant, account_id account, std::string after, std::size_t limit);
/// The quarantined ones, by id.
[[nodiscard]] awaitable<result<message_page>>
page_of_quarantine(const services& world, tenant_id tenant, account_id account, std::string after, std::size_t limit);

} // namespace postroom::api
