#include "api/message_lookup.hpp"

#include "api/store_calls.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"

namespace postroom::api {
namespace {

using found_message = result<std::optional<records::Message>>;

/// Records of one page, by bytes: each carries the data of its event.
constexpr std::size_t page_bytes = limits::http_event_page_bytes_max;

found_message read_message(const storage::snapshot& view, const storage::record_key& key) {
  auto stored = view.get(key);
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<records::Message>{};
  auto decoded = storage::decode<records::Message>(std::move(**stored));
  if (!decoded)
    return decoded.error();
  return std::optional{std::move(decoded->value)};
}

found_message find_in(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                      const message_id& id) {
  auto found = read_message(view, storage::keys::message(tenant, account, id));
  if (!found || *found)
    return found;
  return read_message(view, storage::keys::quarantined(tenant, account, id));
}

found_message find_anywhere(const storage::snapshot& view, const tenant_id& tenant, const message_id& id) {
  const auto prefix = storage::keys::accounts(tenant);
  auto range = storage::prefix_range(prefix);
  while (true) {
    const auto page = view.scan(storage::space::config, range, limits::page_items_max);
    if (!page)
      return page.error();
    for (const auto& each : *page) {
      auto found = find_in(view, tenant, account_id{each.key.substr(prefix.size())}, id);
      if (!found || *found)
        return found;
    }
    if (page->size() < limits::page_items_max)
      return std::optional<records::Message>{};
    range.first = page->back().key + '\0';
  }
}

/// Where a cursor points to: an index key without its account.
result<std::string> cursor_key(const std::string& prefix, const std::string& after) {
  auto suffix = base64url_decode(after);
  if (!suffix || suffix->empty() || storage::keys::message_of_received(prefix + *suffix).empty())
    return fail(errc::invalid_argument, "the parameter after is not a cursor of this list");
  return prefix + *suffix;
}

result<message_page> read_page(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                               storage::key_range range, std::size_t limit) {
  const auto prefix = storage::keys::all_by_received(tenant, account);
  const auto index = view.scan(storage::space::index, range, limit + 1, true);
  if (!index)
    return index.error();
  message_page page;
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (; taken < index->size() && taken < limit && bytes < page_bytes; ++taken) {
    const auto id = storage::keys::message_of_received((*index)[taken].key);
    auto found = read_message(view, storage::keys::message(tenant, account, id));
    if (!found)
      return found.error();
    if (!*found)
      continue;
    bytes += (*found)->ByteSizeLong();
    page.items.push_back(std::move(**found));
  }
  if (taken < index->size())
    page.next = base64url_encode((*index)[taken - 1].key.substr(prefix.size()));
  return page;
}

} // namespace

awaitable<result<records::Message>> find_message(const services& world, tenant_id tenant,
                                                 std::optional<account_id> account, message_id id) {
  std::function<found_message(const storage::snapshot&)> look = [tenant, account, id](const storage::snapshot& view) {
    return account ? find_in(view, tenant, *account, id) : find_anywhere(view, tenant, id);
  };
  auto found = co_await on_snapshot(world.store, std::move(look));
  if (!found)
    co_return found.error();
  if (!*found)
    co_return fail(errc::not_found, "there is no message '" + id.str() + "'");
  co_return std::move(**found);
}

awaitable<result<message_page>> page_by_received(const services& world, tenant_id tenant, account_id account,
                                                 std::string after, std::size_t limit) {
  auto range = storage::prefix_range(storage::keys::all_by_received(tenant, account));
  if (!after.empty()) {
    auto last = cursor_key(range.first, after);
    if (!last)
      co_return last.error();
    range.last = std::move(*last);
  }
  std::function<result<message_page>(const storage::snapshot&)> look = [tenant, account, range = std::move(range),
                                                                        limit](const storage::snapshot& view) {
    return read_page(view, tenant, account, range, limit);
  };
  co_return co_await on_snapshot(world.store, std::move(look));
}

awaitable<result<message_page>> page_of_quarantine(const services& world, tenant_id tenant, account_id account,
                                                   std::string after, std::size_t limit) {
  const auto prefix = storage::keys::of_account(tenant, account);
  const std::string after_key = after.empty() ? std::string{} : prefix + after;
  auto found =
      co_await fetch_page<records::Message>(world.store, storage::space::quarantine, prefix, after_key, limit + 1);
  if (!found)
    co_return found.error();
  message_page page;
  if (found->size() > limit) {
    found->pop_back();
    page.next = found->back().value.id();
  }
  for (auto& each : *found)
    page.items.push_back(std::move(each.value));
  co_return page;
}

} // namespace postroom::api
