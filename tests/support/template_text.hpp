#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::test {

/// A configuration file's template with each name replaced by its value.
inline std::string filled_in(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result{text};
  for (const auto& [name, value] : values)
    for (auto at = result.find(name); at != std::string::npos; at = result.find(name, at + value.size()))
      result.replace(at, name.size(), value);
  return result;
}

} // namespace postroom::test
