#include "protocol/mime/json_writer.hpp"

#include <array>

namespace postroom::mime {

namespace {

/// What must not stand in a JSON string as it is (RFC 8259 §7). DEL is escaped for the sake of terminals.
constexpr auto must_escape = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c)
    table[c] = true;
  table['"'] = table['\\'] = table[0x7F] = true;
  return table;
}();

void append_escape(std::string& out, char c) {
  switch (c) {
  case '"':
  case '\\':
    out.push_back('\\');
    out.push_back(c);
    return;
  case '\n':
    out.append("\\n");
    return;
  case '\r':
    out.append("\\r");
    return;
  case '\t':
    out.append("\\t");
    return;
  default:
    constexpr std::string_view hex = "0123456789abcdef";
    out.append("\\u00");
    out.push_back(hex[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(hex[static_cast<unsigned char>(c) & 0xFU]);
  }
}

} // namespace

void json_writer::quote(std::string_view text) {
  out_.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!must_escape[static_cast<unsigned char>(text[i])])
      continue;
    out_.append(text, done, i - done);
    append_escape(out_, text[i]);
    done = i + 1;
  }
  out_.append(text, done);
  out_.push_back('"');
}

} // namespace postroom::mime
