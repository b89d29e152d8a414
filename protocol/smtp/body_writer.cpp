#include "protocol/smtp/body_writer.hpp"

namespace postroom::smtp {

bool body_writer::must_change(std::string_view octets) const {
  bool begins = line_begins_, after_cr = after_cr_;
  for (const char c : octets) {
    if (after_cr != (c == '\n') || (begins && c == '.'))
      return true;
    begins = c == '\n';
    after_cr = c == '\r';
  }
  return false;
}

std::string body_writer::write(std::string octets) {
  if (octets.empty())
    return octets;
  if (!must_change(octets)) {
    line_begins_ = octets.back() == '\n';
    after_cr_ = octets.back() == '\r';
    return octets;
  }
  std::string out;
  out.reserve(octets.size() + octets.size() / 64 + 2);
  for (const char c : octets) {
    if (after_cr_ && c != '\n') {
      out.push_back('\n');
      line_begins_ = true;
    } else if (!after_cr_ && c == '\n') {
      out.push_back('\r');
    }
    if (line_begins_ && c == '.')
      out.push_back('.');
    out.push_back(c);
    line_begins_ = c == '\n';
    after_cr_ = c == '\r';
  }
  return out;
}

std::string body_writer::finish() const {
  if (line_begins_)
    return ".\r\n";
  return after_cr_ ? "\n.\r\n" : "\r\n.\r\n";
}

} // namespace postroom::smtp
