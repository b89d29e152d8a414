#include "protocol/sasl/redaction.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace postroom::sasl {

std::string redact(std::string text, std::string_view hidden) {
  constexpr std::size_t stretch_bytes_min = 4, stretch_bytes_max = 8;
  const auto stretch = std::min(stretch_bytes_max, hidden.size());
  if (stretch < stretch_bytes_min || text.size() < stretch)
    return text;
  // Hashes, so that a hostile text costs no more than a long one, and that nothing of the secret stays in memory.
  constexpr std::hash<std::string_view> hash;
  std::vector<std::size_t> parts;
  parts.reserve(hidden.size());
  for (std::size_t i = 0; i + stretch <= hidden.size(); ++i)
    parts.push_back(hash(hidden.substr(i, stretch)));
  std::sort(parts.begin(), parts.end());
  const std::string original = text;
  for (std::size_t i = 0; i + stretch <= original.size(); ++i)
    if (std::binary_search(parts.begin(), parts.end(), hash(std::string_view{original}.substr(i, stretch))))
      std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(i), stretch, '*');
  return text;
}

} // namespace postroom::sasl
