#include "base/ascii.hpp"
#include "protocol/knowledge/graph_entries.hpp"
#include "protocol/knowledge/identity_app_entries.hpp"
#include "protocol/knowledge/identity_grant_entries.hpp"
#include "protocol/knowledge/identity_policy_entries.hpp"
#include "protocol/knowledge/identity_word_entries.hpp"
#include "protocol/knowledge/imap_entries.hpp"
#include "protocol/knowledge/sign_in_entries.hpp"
#include "protocol/knowledge/smtp_entries.hpp"
#include "protocol/knowledge/smtp_login_entries.hpp"
#include "protocol/knowledge/smtp_mail_entries.hpp"

#include <algorithm>
#include <array>

namespace postroom::knowledge {
namespace {

template <std::size_t... Sizes>
consteval auto join(const std::array<entry, Sizes>&... parts) {
  std::array<const entry*, (Sizes + ...)> out{};
  std::size_t filled = 0;
  const auto take = [&](const auto& part) {
    for (const auto& each : part)
      out[filled++] = &each;
  };
  (take(parts), ...);
  return out;
}

constexpr auto rows_in_order =
    join(sign_in_entries, identity_app_entries, identity_grant_entries, identity_policy_entries, identity_word_entries,
         imap_entries, smtp_login_entries, smtp_mail_entries, smtp_class_entries, graph_entries);

/// Plain loops: compilers count the steps of what they work out themselves.
constexpr bool less_by_letters(std::string_view a, std::string_view b) noexcept {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (const char x = ascii_lower(a[i]), y = ascii_lower(b[i]); x != y)
      return x < y;
  return a.size() < b.size();
}

constexpr auto rows_by_key = [] {
  auto rows = rows_in_order;
  std::ranges::sort(rows, less_by_letters, &entry::key);
  return rows;
}();

static_assert(std::ranges::adjacent_find(rows_by_key,
                                         [](const entry* a, const entry* b) {
                                           return !less_by_letters(a->key, b->key);
                                         }) == rows_by_key.end(),
              "a key stands for one row, whatever its letter case");
static_assert(std::ranges::all_of(rows_in_order, [](const entry* each) {
  return !each->key.empty() && !each->kind.empty() && !each->symptom.empty() && each->meaning.ends_with('.') &&
         each->remedy.ends_with('.');
}));

} // namespace

std::string_view to_string(origin o) noexcept {
  constexpr std::array<std::string_view, 5> names{"identity", "imap", "smtp", "graph", "sign_in"};
  return names[static_cast<std::size_t>(o)];
}

std::string_view to_string(retry r) noexcept {
  constexpr std::array<std::string_view, 4> names{"never", "once", "slowly", "by_backoff"};
  return names[static_cast<std::size_t>(r)];
}

std::span<const entry* const> all() noexcept {
  return rows_in_order;
}

const entry* find(std::string_view key) noexcept {
  const auto found = std::ranges::lower_bound(rows_by_key, key, less_by_letters, &entry::key);
  return found != rows_by_key.end() && ascii_iequals((*found)->key, key) ? *found : nullptr;
}

explanation explain(const error& what) noexcept {
  if (!what.cause.empty())
    if (const auto* known = find(what.cause))
      return {known->meaning, known->remedy, known->who};
  return {meaning(what.code), remedy(what.code), who_acts(what.code)};
}

} // namespace postroom::knowledge
