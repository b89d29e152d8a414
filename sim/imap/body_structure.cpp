#include "sim/imap/body_structure.hpp"

#include "base/ascii.hpp"
#include "sim/imap/envelope.hpp"
#include "sim/imap/header_fields.hpp"

#include <algorithm>
#include <cstdint>

namespace postroom::sim {
namespace {

using parameter_list = std::vector<std::pair<std::string, std::string>>;

enum class quirk : std::uint8_t { none, plain_disposition, nil_disposition, no_disposition, nil_type };

/// FNV-1a: the same mail shows the same quirk in every run.
std::uint32_t content_hash(std::string_view raw) {
  std::uint32_t hash = 2166136261U;
  for (const char c : raw)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

quirk quirk_of(std::string_view raw, structure_quirks quirks) {
  constexpr std::size_t hashed_octets = 4096;
  constexpr std::uint32_t one_in = 32;
  const auto number = quirks.exchange ? content_hash(raw.substr(0, hashed_octets)) % one_in + 1 : 0;
  return number <= static_cast<std::uint32_t>(quirk::nil_type) ? static_cast<quirk>(number) : quirk::none;
}

std::string list_text(const parameter_list& parameters) {
  if (parameters.empty())
    return "NIL";
  std::string text;
  for (const auto& [name, value] : parameters)
    text += (text.empty() ? "(" : " ") + imap_string(name) + " " + imap_string(value);
  return text + ")";
}

std::pair<std::string, std::string> split_type(const std::string& type) {
  const auto slash = type.find('/');
  return {type.substr(0, slash), type.substr(slash + 1)};
}

class structure_writer {
public:
  structure_writer(std::string_view raw, bool extended, quirk shown) : raw_(raw), extended_(extended), shown_(shown) {}

  std::string write(const message_part& part) const {
    const auto fields = header_fields(part.header.in(raw_));
    return "(" + (part.what == message_part::kind::multipart ? multipart(part, fields) : single(part, fields)) + ")";
  }

private:
  std::string multipart(const message_part& part, const std::vector<header_field>& fields) const {
    std::string text;
    for (const auto& each : part.children)
      text += write(each);
    if (text.empty()) // the grammar wants one at least
      text = R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)" +
             std::string{extended_ ? " NIL NIL NIL NIL)" : ")"};
    text += " " + imap_string(split_type(part.type).second);
    if (!extended_)
      return text;
    return text + " " + list_text(type_parameters(fields)) + extension(fields);
  }

  std::string single(const message_part& part, const std::vector<header_field>& fields) const {
    const auto body = part.body.in(raw_);
    const auto [type, subtype] = split_type(part.type.empty() ? "text/plain" : part.type);
    const bool is_text = ascii_iequals(type, "text");
    auto parameters = part.type.empty() ? parameter_list{} : type_parameters(fields);
    const auto is_charset = [](const auto& each) { return ascii_iequals(each.first, "charset"); };
    if (is_text && std::ranges::none_of(parameters, is_charset))
      parameters.emplace_back("charset", "us-ascii"); // RFC 2045 §5.2
    std::string text = imap_string(type) + " " + imap_string(subtype) + " " + list_text(parameters) + " " +
                       imap_nstring(find_field(fields, "content-id")) + " " +
                       imap_nstring(find_field(fields, "content-description"));
    if (shown_ == quirk::nil_type && body.empty())
      text = "NIL NIL NIL NIL NIL";
    const auto encoding = parse_parameterised(find_field(fields, "content-transfer-encoding").value_or("")).value;
    text += " " + imap_string(encoding.empty() ? "7bit" : encoding) + " " + std::to_string(body.size());
    if (part.what == message_part::kind::message) {
      const auto& inside = part.children.front();
      text += " " + envelope_text(header_fields(inside.header.in(raw_))) + " " + write(inside);
    }
    if (is_text || part.what == message_part::kind::message)
      text += " " + std::to_string(line_count(body));
    if (extended_)
      text += " " + imap_nstring(find_field(fields, "content-md5")) + extension(fields);
    return text;
  }

  static parameter_list type_parameters(const std::vector<header_field>& fields) {
    return parse_parameterised(find_field(fields, "content-type").value_or("")).parameters;
  }

  /// Disposition, language and location (RFC 2183, RFC 3282, RFC 2557), each after a blank.
  std::string extension(const std::vector<header_field>& fields) const {
    if (shown_ == quirk::no_disposition)
      return {};
    return " " + disposition(fields) + " " + languages(find_field(fields, "content-language")) + " " +
           imap_nstring(find_field(fields, "content-location"));
  }

  std::string disposition(const std::vector<header_field>& fields) const {
    const auto field = find_field(fields, "content-disposition");
    const auto parsed = parse_parameterised(field.value_or(""));
    if (parsed.value.empty())
      return shown_ == quirk::nil_disposition ? "(NIL NIL)" : "NIL";
    if (shown_ == quirk::plain_disposition)
      return imap_string(parsed.value);
    return "(" + imap_string(parsed.value) + " " + list_text(parsed.parameters) + ")";
  }

  static std::string languages(const std::optional<std::string>& field) {
    std::string text;
    for (std::string_view rest = field ? std::string_view{*field} : std::string_view{}; !rest.empty();) {
      const auto each = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(each.size() + 1, rest.size()));
      if (const auto tag = parse_parameterised(each).value; !tag.empty())
        text += (text.empty() ? "(" : " ") + imap_string(tag);
    }
    return text.empty() ? "NIL" : text + ")";
  }

  std::string_view raw_;
  bool extended_;
  quirk shown_;
};

} // namespace

std::string body_structure_text(std::string_view raw, const message_part& mail, bool extended,
                                structure_quirks quirks) {
  return structure_writer{raw, extended, extended ? quirk_of(raw, quirks) : quirk::none}.write(mail);
}

} // namespace postroom::sim
