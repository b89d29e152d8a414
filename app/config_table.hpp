#pragma once

#include "app/config_problems.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::app {

/// One table of the file while it is read: answers typed values, notes wrong ones, and knows in the end which keys
/// nobody asked for. Absent keys and wrong values both answer nothing. Lives no longer than the table.
class config_table {
public:
  config_table(const toml::table& of, config_problems& problems) : table_(of), problems_(problems) {}

  /// The node itself, or null.
  [[nodiscard]] const toml::node* take(std::string_view key);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::optional<bool> flag(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key, std::int64_t lowest, std::int64_t highest);
  [[nodiscard]] std::optional<double> real(std::string_view key, double lowest, double highest);
  /// A list of texts; empty when it is absent or wrong.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// The table under a key; null when it is absent or something else.
  [[nodiscard]] const toml::table* table(std::string_view key);
  /// The `[[key]]` tables; empty when there are none.
  [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);

  /// Where a key is, else where the table begins.
  [[nodiscard]] const toml::source_region& place_of(std::string_view key) const;
  void problem(std::string_view key, std::string_view what);
  /// Notes every key that was not asked for.
  void finish();

private:
  const toml::table& table_;
  config_problems& problems_;
  std::vector<std::string_view> known_;
};

} // namespace postroom::app
