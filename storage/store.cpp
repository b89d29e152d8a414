#include "storage/store.hpp"

namespace postroom::storage {

std::string_view to_string(outcome o) noexcept {
  switch (o) {
  case outcome::committed:
    return "committed";
  case outcome::conflict:
    return "conflict";
  case outcome::fenced:
    return "fenced";
  case outcome::unknown:
    return "unknown";
  case outcome::unavailable:
    return "unavailable";
  }
  return "?";
}

key_range prefix_range(std::string_view prefix) {
  key_range range{std::string{prefix}, std::string{prefix}};
  // The smallest string beyond all that start with the prefix: its last byte that can grow, grown by one.
  while (!range.last.empty() && static_cast<unsigned char>(range.last.back()) == 0xff)
    range.last.pop_back();
  if (!range.last.empty())
    range.last.back() = static_cast<char>(static_cast<unsigned char>(range.last.back()) + 1);
  return range;
}

} // namespace postroom::storage
