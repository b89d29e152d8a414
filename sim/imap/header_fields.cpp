#include "sim/imap/header_fields.hpp"

#include "base/ascii.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t fields_max = 10'000;
constexpr std::size_t parameters_max = 100;

/// Reads the tokens of a structured field from the left (RFC 2045 §5.1).
class token_scanner {
public:
  explicit token_scanner(std::string_view text) : rest_(text) {}

  /// Blanks and comments.
  void skip_space() {
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      if (!rest_.starts_with('('))
        return;
      skip_comment();
    }
  }
  bool skip(char c) {
    skip_space();
    if (!rest_.starts_with(c))
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string token() {
    skip_space();
    const auto size = std::min(rest_.find_first_of(" \t\r\n()<>@,;:\\\"/[]?="), rest_.size());
    std::string found{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return found;
  }
  /// Quoted, or up to what cannot belong to a value: clients write more than the grammar allows.
  std::string value() {
    skip_space();
    if (rest_.starts_with('"'))
      return quoted();
    const auto size = std::min(rest_.find_first_of("; \t\r\n\""), rest_.size());
    std::string found{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return found;
  }
  bool skip_to(char c) {
    rest_.remove_prefix(std::min(rest_.find(c), rest_.size()));
    return skip(c);
  }

private:
  void skip_comment() {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
        continue;
      }
      depth += rest_[i] == '(';
      depth -= rest_[i] == ')';
      if (depth == 0)
        return rest_.remove_prefix(i + 1);
    }
    rest_ = {};
  }
  std::string quoted() {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size())
        ++i;
      if (rest_[i] != '\r' && rest_[i] != '\n')
        text += rest_[i];
    }
    rest_ = {};
    return text;
  }

  std::string_view rest_;
};

/// `filename*1*`: the name, the place among its pieces, and whether the piece is percent-encoded.
struct parameter_piece {
  std::string name;
  std::uint32_t place = 0;
  bool encoded = false;
  std::string value;
};

std::optional<parameter_piece> as_piece(const std::pair<std::string, std::string>& parameter) {
  std::string_view name = parameter.first;
  parameter_piece piece{.value = parameter.second};
  piece.encoded = name.ends_with('*');
  if (piece.encoded)
    name.remove_suffix(1);
  const auto star = name.rfind('*');
  const auto place = star == std::string_view::npos ? std::nullopt : parse_number(name.substr(star + 1));
  if (!place)
    return std::nullopt;
  piece.name = name.substr(0, star);
  piece.place = *place;
  return piece;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && std::string_view{"*'()<>@,;:\\\"/[]?=%"}.find(c) == std::string_view::npos) {
      encoded += c;
      continue;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

/// Pieces of one name, 0, 1, 2 …; those behind a gap are lost.
std::pair<std::string, std::string> joined(const std::vector<parameter_piece>& pieces) {
  const bool encoded = std::ranges::any_of(pieces, &parameter_piece::encoded);
  std::string value;
  std::uint32_t next = 0;
  if (encoded && !pieces.front().encoded)
    value = "''";
  for (const auto& each : pieces) {
    if (each.place != next++)
      break;
    value += encoded && !each.encoded ? percent_encoded(each.value) : each.value;
  }
  return {pieces.front().name + (encoded ? "*" : ""), value};
}

void join_continuations(std::vector<std::pair<std::string, std::string>>& parameters) {
  std::vector<parameter_piece> pieces;
  std::erase_if(parameters, [&](const auto& each) {
    auto piece = as_piece(each);
    if (piece)
      pieces.push_back(std::move(*piece));
    return piece.has_value();
  });
  std::ranges::stable_sort(pieces, [](const parameter_piece& a, const parameter_piece& b) {
    const auto order = ascii_lower(a.name).compare(ascii_lower(b.name));
    return order != 0 ? order < 0 : a.place < b.place;
  });
  for (auto first = pieces.begin(); first != pieces.end();) {
    const auto last = std::find_if(first, pieces.end(),
                                   [&](const parameter_piece& each) { return !ascii_iequals(each.name, first->name); });
    if (first->place == 0)
      parameters.push_back(joined({first, last}));
    first = last;
  }
}

} // namespace

std::size_t line_end(std::string_view text, std::size_t from) {
  const auto feed = text.find('\n', from);
  return feed == std::string_view::npos ? text.size() : feed + 1;
}

bool is_blank_line(std::string_view line) {
  return line == "\r\n" || line == "\n";
}

std::size_t header_octets(std::string_view raw) {
  for (std::size_t at = 0; at < raw.size();) {
    const auto end = line_end(raw, at);
    if (is_blank_line(raw.substr(at, end - at)))
      return end;
    at = end;
  }
  return raw.size();
}

std::vector<header_field> header_fields(std::string_view raw) {
  std::vector<header_field> fields;
  for (std::size_t at = 0; at < raw.size() && fields.size() < fields_max;) {
    auto end = line_end(raw, at);
    if (is_blank_line(raw.substr(at, end - at)))
      break;
    while (end < raw.size() && (raw[end] == ' ' || raw[end] == '\t'))
      end = line_end(raw, end);
    const auto whole = raw.substr(at, end - at);
    const auto colon = whole.find(':');
    auto name = whole.substr(0, std::min(colon, line_end(whole, 0)));
    name = name.substr(0, name.find_last_not_of(" \t\r\n") + 1);
    fields.push_back({name, colon == std::string_view::npos ? std::string_view{} : whole.substr(colon + 1), whole});
    at = end;
  }
  return fields;
}

std::optional<std::string> find_field(const std::vector<header_field>& fields, std::string_view name) {
  const auto found =
      std::ranges::find_if(fields, [&](const header_field& each) { return ascii_iequals(each.name, name); });
  return found == fields.end() ? std::nullopt : std::optional{unfolded(found->value)};
}

std::string unfolded(std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t\r\n"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  std::string line{value};
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return line;
}

parameterised_value parse_parameterised(std::string_view text) {
  token_scanner scanner{text};
  parameterised_value parsed;
  parsed.value = scanner.token();
  if (!parsed.value.empty() && scanner.skip('/'))
    parsed.value += "/" + scanner.token();
  while (parsed.parameters.size() < parameters_max && scanner.skip_to(';')) {
    auto name = scanner.token();
    if (name.empty() || !scanner.skip('='))
      continue;
    auto value = scanner.value();
    parsed.parameters.emplace_back(std::move(name), std::move(value));
  }
  join_continuations(parsed.parameters);
  return parsed;
}

} // namespace postroom::sim
