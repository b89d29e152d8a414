#include "sim/net/url_path.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace postroom::sim {

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet =
        text[i] == '%' && i + 2 < text.size() ? hex_decode(text.substr(i + 1, 2)) : result<std::string>{};
    if (octet && octet->size() == 1) {
      plain += *octet;
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string_view next_segment(std::string_view& path) {
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(segment.size() + 1, path.size()));
  return segment;
}

} // namespace postroom::sim
