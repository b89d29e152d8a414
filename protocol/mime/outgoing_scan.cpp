#include "protocol/mime/outgoing_scan.hpp"

#include <algorithm>
#include <vector>

namespace postroom::mime {

namespace {

class octet_scanner {
public:
  void feed(std::string_view octets) noexcept {
    for (const char c : octets) {
      facts_.eight_bit = facts_.eight_bit || static_cast<unsigned char>(c) > 127;
      facts_.nul = facts_.nul || c == '\0';
      line_ = c == '\r' || c == '\n' ? 0 : line_ + 1;
      facts_.longest_line = std::max(facts_.longest_line, line_);
    }
  }
  [[nodiscard]] octet_facts facts() const noexcept { return facts_; }

private:
  octet_facts facts_;
  std::size_t line_ = 0;
};

} // namespace

octet_facts scan_octets(std::string_view octets) noexcept {
  octet_scanner scan;
  scan.feed(octets);
  return scan.facts();
}

result<octet_facts> scan_octets(byte_source& source) {
  octet_scanner scan;
  std::vector<char> piece(limits::submission_piece_bytes_max);
  for (std::uint64_t offset = 0; offset < source.size();) {
    const auto read = source.read(offset, piece);
    if (!read)
      return read.error();
    if (*read == 0)
      return fail(errc::internal, "a forwarded mail ended before its size");
    scan.feed({piece.data(), *read});
    offset += *read;
  }
  return scan.facts();
}

std::string with_lf(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i > 0 && text[i - 1] == '\r')
      continue;
    lines.push_back(text[i] == '\r' ? '\n' : text[i]);
  }
  return lines;
}

} // namespace postroom::mime
