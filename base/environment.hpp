#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postroom {

/// Longest `.env` text, and number of its settings: it is written by hand.
inline constexpr std::size_t env_file_bytes_max = 64 * 1024;
inline constexpr std::size_t env_settings_max = 1000;

/// Settings from the process environment and a `.env` file; the real environment wins. Immutable, hence thread-safe.
class environment {
public:
  /// A file that does not exist is an empty one. `invalid_argument` names the first line that is malformed, never its
  /// value; `too_large` beyond the limits.
  [[nodiscard]] static result<environment> load(const std::filesystem::path& env_file);
  /// With the text of a `.env` file and a stand-in for getenv.
  [[nodiscard]] static result<environment>
  from_text(std::string_view text, std::function<std::optional<std::string>(const std::string&)> process);

  /// An empty value counts as set.
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const;

private:
  std::map<std::string, std::string, std::less<>> file_;
  std::function<std::optional<std::string>(const std::string&)> process_;
};

/// Lines `KEY=value`, `KEY='value'` (verbatim) or `KEY="value"` (with \" \\ \n \t), optionally after `export `; blank
/// lines and those that begin with `#` are skipped, as is ` # …` after a value. The last setting of a key wins.
[[nodiscard]] result<std::map<std::string, std::string, std::less<>>> parse_env_text(std::string_view text);

} // namespace postroom
