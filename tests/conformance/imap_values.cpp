#include "tests/conformance/imap_values.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace postroom::test {
namespace {

class value_reader {
public:
  explicit value_reader(std::string_view text) : rest_(text) {}

  std::vector<imap_value> read_to(char end) {
    std::vector<imap_value> values;
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
      if (rest_.empty() || rest_.front() == end)
        return values;
      values.push_back(read());
    }
  }

private:
  imap_value read() {
    if (rest_.front() == '(') {
      rest_.remove_prefix(1);
      imap_value list{imap_value::kind::list, {}, read_to(')')};
      if (rest_.empty())
        return malformed();
      rest_.remove_prefix(1);
      return list;
    }
    if (rest_.front() == '"')
      return quoted();
    if (rest_.front() == '{')
      return literal();
    return atom();
  }

  imap_value malformed() {
    imap_value value{imap_value::kind::atom, "<malformed " + std::string{rest_} + ">", {}};
    rest_ = {};
    return value;
  }

  imap_value quoted() {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return {imap_value::kind::string, text, {}};
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size())
        ++i;
      text += rest_[i];
    }
    return malformed();
  }

  imap_value literal() {
    const auto end = rest_.find("}\r\n");
    const auto octets = std::strtoul(std::string{rest_.substr(1, end)}.c_str(), nullptr, 10);
    if (end == std::string_view::npos || rest_.size() < end + 3 + octets)
      return malformed();
    imap_value value{imap_value::kind::string, std::string{rest_.substr(end + 3, octets)}, {}};
    rest_.remove_prefix(end + 3 + octets);
    return value;
  }

  imap_value atom() {
    std::size_t size = 0;
    bool in_brackets = false;
    while (size < rest_.size() && (in_brackets || (rest_[size] != ' ' && rest_[size] != '(' && rest_[size] != ')'))) {
      in_brackets = rest_[size] == '[' || (in_brackets && rest_[size] != ']');
      ++size;
    }
    if (size == 0)
      return malformed();
    imap_value value{imap_value::kind::atom, std::string{rest_.substr(0, size)}, {}};
    rest_.remove_prefix(size);
    return value;
  }

  std::string_view rest_;
};

std::string visible(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r')
      shown += "\\r";
    else if (c == '\n')
      shown += "\\n";
    else if (byte < 0x20 || byte >= 0x7F) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      shown += hex;
    } else {
      shown += c;
    }
  }
  return shown + '"';
}

} // namespace

bool imap_value::is(std::string_view atom) const {
  return what == kind::atom && ascii_iequals(text, atom);
}

std::vector<imap_value> parse_imap_values(std::string_view text) {
  return value_reader{text}.read_to('\0');
}

std::string to_text(const imap_value& value) {
  if (value.what == imap_value::kind::list)
    return "(" + to_text(value.items) + ")";
  return value.what == imap_value::kind::string ? visible(value.text) : value.text;
}

std::string to_text(const std::vector<imap_value>& values) {
  std::string text;
  for (const auto& each : values)
    text += (text.empty() ? "" : " ") + to_text(each);
  return text;
}

std::vector<std::uint32_t> expand_number_set(std::string_view set) {
  constexpr std::size_t numbers_max = 10'000;
  std::vector<std::uint32_t> numbers;
  while (!set.empty()) {
    const std::string range{set.substr(0, set.find(','))};
    set.remove_prefix(std::min(range.size() + 1, set.size()));
    const auto colon = range.find(':');
    auto first = static_cast<std::uint32_t>(std::strtoul(range.c_str(), nullptr, 10));
    auto last =
        colon == std::string::npos ? first : static_cast<std::uint32_t>(std::strtoul(&range[colon + 1], nullptr, 10));
    if (first > last)
      std::swap(first, last);
    if (first == 0 || last - first + numbers.size() >= numbers_max)
      return {};
    for (auto number = first; number <= last; ++number)
      numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::string number_list(const std::vector<std::uint32_t>& numbers) {
  std::string text;
  for (const auto number : numbers)
    text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::string to_upper(std::string_view text) {
  std::string upper{text};
  for (auto& c : upper)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

} // namespace postroom::test
