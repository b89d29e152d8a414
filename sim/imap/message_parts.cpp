#include "sim/imap/message_parts.hpp"

#include "base/ascii.hpp"
#include "sim/imap/header_fields.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t depth_max = 20;
constexpr std::size_t parts_max = 1000;

class part_reader {
public:
  explicit part_reader(std::string_view raw) : raw_(raw) {}

  message_part read(octet_range all, std::size_t depth, std::string_view default_type) {
    const auto text = all.in(raw_);
    message_part part;
    part.header = {all.offset, header_octets(text)};
    part.body = {all.offset + part.header.octets, all.octets - part.header.octets};
    const auto field = find_field(header_fields(text), "content-type");
    const auto type = parse_parameterised(field.value_or(std::string{default_type}));
    if (const auto slash = type.value.find('/'); slash > 0 && slash < type.value.size() - 1)
      part.type = type.value;
    if (depth >= depth_max)
      return part;
    const auto lower_type = ascii_lower(part.type);
    if (lower_type == "message/rfc822") {
      part.what = message_part::kind::message;
      part.children.push_back(read(part.body, depth + 1, "text/plain"));
    } else if (lower_type.starts_with("multipart/")) {
      const auto boundary =
          std::ranges::find_if(type.parameters, [](const auto& each) { return ascii_iequals(each.first, "boundary"); });
      if (boundary == type.parameters.end() || boundary->second.empty())
        return part;
      part.what = message_part::kind::multipart;
      split(part, "--" + boundary->second, depth, lower_type == "multipart/digest" ? "message/rfc822" : "text/plain");
    }
    return part;
  }

private:
  enum class delimiter : std::uint8_t { none, next, last };

  static delimiter as_delimiter(std::string_view line, std::string_view dashed) {
    if (!line.starts_with(dashed))
      return delimiter::none;
    auto rest = line.substr(dashed.size());
    rest = rest.substr(0, rest.find_last_not_of(" \t\r\n") + 1); // padding after it
    return rest.empty() ? delimiter::next : rest == "--" ? delimiter::last : delimiter::none;
  }

  void split(message_part& part, std::string_view dashed, std::size_t depth, std::string_view default_type) {
    constexpr auto nowhere = std::string_view::npos;
    const auto text = part.body.in(raw_);
    auto begin = nowhere; // of the part being read
    const auto finish = [&](std::size_t end) {
      if (begin != nowhere && ++parts_ <= parts_max)
        part.children.push_back(read({part.body.offset + begin, end - begin}, depth + 1, default_type));
    };
    for (auto at = text.find(dashed); at != nowhere;) {
      const auto end = line_end(text, at);
      const bool begins_line = at == 0 || text[at - 1] == '\n';
      const auto found = begins_line ? as_delimiter(text.substr(at, end - at), dashed) : delimiter::none;
      if (found != delimiter::none) {
        finish(begin == nowhere ? at : std::max(begin, before_line_end(text, at)));
        begin = end;
      }
      if (found == delimiter::last)
        return;
      at = text.find(dashed, end);
    }
    finish(text.size());
  }

  /// The line end before a delimiter belongs to it (RFC 2046 §5.1.1).
  static std::size_t before_line_end(std::string_view text, std::size_t at) {
    at -= at > 0 && text[at - 1] == '\n';
    at -= at > 0 && text[at - 1] == '\r';
    return at;
  }

  std::string_view raw_;
  std::size_t parts_ = 0;
};

} // namespace

message_part read_parts(std::string_view raw) {
  return part_reader{raw}.read({0, raw.size()}, 0, "text/plain");
}

const message_part* find_part(const message_part& mail, std::span<const std::uint32_t> numbers) {
  const auto* part = &mail;
  for (bool outermost = true; const auto number : numbers) {
    // Parts of a mail within are counted from inside it.
    if (!outermost) {
      if (part->what == message_part::kind::single)
        return nullptr;
      if (part->what == message_part::kind::message)
        part = &part->children.front();
    }
    outermost = false;
    if (part->what == message_part::kind::multipart) {
      if (number == 0 || number > part->children.size())
        return nullptr;
      part = &part->children[number - 1];
    } else if (number != 1) {
      return nullptr;
    }
  }
  return part;
}

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace postroom::sim
