#include "protocol/knowledge/smtp_entries.hpp"
#include "protocol/smtp/failure_table.hpp"

#include <algorithm>
#include <array>

namespace postroom::smtp {

namespace {

using knowledge::entry;
using knowledge::smtp_class_entries;

constexpr const auto& class_rows = smtp_class_entries; // indexed by failure_class
static_assert(class_rows[static_cast<std::size_t>(failure_class::throttled)].kind == "throttled");
static_assert(class_rows[static_cast<std::size_t>(failure_class::sender_denied)].kind == "sender_denied");
static_assert(class_rows.size() == static_cast<std::size_t>(failure_class::protocol) + 1 &&
              class_rows.back().kind == "protocol");

} // namespace

std::string_view to_string(phase p) noexcept {
  constexpr std::array<std::string_view, 8> names{"greeting", "hello",     "starttls", "login",
                                                  "sender",   "recipient", "data",     "message"};
  const auto index = static_cast<std::size_t>(p);
  return index < names.size() ? names[index] : "?";
}

const entry& case_of(failure_class c) noexcept {
  const auto index = static_cast<std::size_t>(c);
  return class_rows[index < class_rows.size() ? index : class_rows.size() - 1];
}

std::string_view to_string(failure_class c) noexcept {
  return case_of(c).kind;
}
std::optional<failure_class> failure_class_of(std::string_view name) noexcept {
  const auto row = std::ranges::find(class_rows, name, &entry::kind);
  if (row == class_rows.end())
    return {};
  return static_cast<failure_class>(row - class_rows.begin());
}
std::string_view meaning(failure_class c) noexcept {
  return case_of(c).meaning;
}
std::string_view remedy(failure_class c) noexcept {
  return case_of(c).remedy;
}
actor_role who_acts(failure_class c) noexcept {
  return case_of(c).who;
}

} // namespace postroom::smtp
