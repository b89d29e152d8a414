#include "sim/imap/fetch.hpp"

#include "sim/imap/text.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

/// With the blank line that ends it.
std::size_t header_octets(std::string_view raw) {
  const auto end = raw.find("\r\n\r\n");
  return end == std::string_view::npos ? raw.size() : end + 4;
}

/// Calls `each(name in lower case, the field with its line ends)` for every field of the header.
template <class Each>
void for_each_field(std::string_view raw, Each each) {
  auto header = raw.substr(0, header_octets(raw));
  while (!header.empty() && !header.starts_with("\r\n")) {
    std::size_t end = 0;
    do {
      const auto line_end = header.find("\r\n", end);
      end = line_end == std::string_view::npos ? header.size() : line_end + 2;
    } while (end < header.size() && (header[end] == ' ' || header[end] == '\t'));
    const auto field = header.substr(0, end);
    each(ascii_lower(field.substr(0, field.find(':'))), field);
    header.remove_prefix(end);
  }
}

/// `<0.1000>` behind a section. False when it is malformed.
bool parse_partial(std::string_view text, fetch_item& item) {
  if (text.empty())
    return true;
  const auto dot = text.find('.');
  if (!text.starts_with('<') || !text.ends_with('>') || dot == std::string_view::npos)
    return false;
  const auto offset = parse_number(text.substr(1, dot - 1));
  const auto octets = parse_number(text.substr(dot + 1, text.size() - dot - 2));
  if (!offset || !octets || *octets == 0)
    return false;
  item.partial = {*offset, *octets};
  item.label += "<" + std::to_string(*offset) + ">";
  return true;
}

bool parse_section(std::string_view section, fetch_item& item) {
  argument_reader reader{section};
  const auto name = upper_case(reader.word().value_or(""));
  if (name.empty())
    item.what = fetch_item::kind::whole;
  else if (name == "HEADER")
    item.what = fetch_item::kind::header;
  else if (name == "TEXT")
    item.what = fetch_item::kind::text;
  else if (name == "HEADER.FIELDS" || name == "HEADER.FIELDS.NOT")
    item.what = fetch_item::kind::header_fields;
  else
    return false;
  if (item.what != fetch_item::kind::header_fields)
    return reader.at_end();
  item.all_but_fields = name == "HEADER.FIELDS.NOT";
  const auto fields = reader.list();
  if (!fields || !reader.at_end())
    return false;
  for (argument_reader names{*fields}; !names.at_end();) {
    const auto field = names.string();
    if (!field)
      return false;
    item.fields.push_back(ascii_lower(*field));
  }
  return !item.fields.empty();
}

std::optional<fetch_item> parse_fetch_item(std::string_view text) {
  using kind = fetch_item::kind;
  const auto name = upper_case(text);
  fetch_item item;
  item.label = name;
  if (name == "UID" || name == "FLAGS" || name == "INTERNALDATE" || name == "RFC822.SIZE") {
    item.what = name == "UID"            ? kind::uid
                : name == "FLAGS"        ? kind::flags
                : name == "INTERNALDATE" ? kind::internal_date
                                         : kind::size;
    return item;
  }
  if (name == "RFC822" || name == "RFC822.HEADER" || name == "RFC822.TEXT") {
    item.what = name == "RFC822" ? kind::whole : name == "RFC822.TEXT" ? kind::text : kind::header;
    item.sets_seen = item.what != kind::header;
    return item;
  }
  const auto open = text.find('[');
  const auto close = text.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::nullopt;
  const auto command = name.substr(0, open);
  if (command != "BODY" && command != "BODY.PEEK")
    return std::nullopt;
  item.sets_seen = command == "BODY";
  item.label = "BODY" + std::string{text.substr(open, close - open + 1)};
  if (!parse_section(text.substr(open + 1, close - open - 1), item) || !parse_partial(text.substr(close + 1), item))
    return std::nullopt;
  return item;
}

std::shared_ptr<const std::string> chosen_fields(std::string_view raw, const fetch_item& item) {
  auto text = std::make_shared<std::string>();
  for_each_field(raw, [&](const std::string& name, std::string_view field) {
    if ((std::ranges::find(item.fields, name) != item.fields.end()) != item.all_but_fields)
      *text += field;
  });
  *text += "\r\n";
  return text;
}

} // namespace

std::optional<std::vector<fetch_item>> parse_fetch_items(std::string_view text) {
  if (upper_case(text) == "FAST")
    text = "FLAGS INTERNALDATE RFC822.SIZE";
  argument_reader outer{text};
  argument_reader reader{outer.list().value_or(text)};
  std::vector<fetch_item> items;
  while (!reader.at_end()) {
    const auto word = reader.fetch_item();
    auto item = word ? parse_fetch_item(*word) : std::nullopt;
    if (!item)
      return std::nullopt;
    items.push_back(std::move(*item));
  }
  return items.empty() ? std::nullopt : std::optional{std::move(items)};
}

mail_slice slice_of(const mail& mail, const fetch_item& item) {
  mail_slice slice{mail.raw, 0, mail.raw->size()};
  if (item.what == fetch_item::kind::header)
    slice.octets = header_octets(*mail.raw);
  if (item.what == fetch_item::kind::text) {
    slice.offset = header_octets(*mail.raw);
    slice.octets = mail.raw->size() - slice.offset;
  }
  if (item.what == fetch_item::kind::header_fields) {
    slice.raw = chosen_fields(*mail.raw, item);
    slice.octets = slice.raw->size();
  }
  if (item.partial) {
    const auto skipped = std::min<std::size_t>(item.partial->first, slice.octets);
    slice.offset += skipped;
    slice.octets = std::min<std::size_t>(item.partial->second, slice.octets - skipped);
  }
  return slice;
}

std::string header_value(std::string_view raw, std::string_view name) {
  std::string value;
  for_each_field(raw, [&](const std::string& field_name, std::string_view field) {
    if (field_name == name && value.empty())
      value = field.substr(std::min(name.size() + 1, field.size()));
  });
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
  return value;
}

std::size_t estimated_size(const mail& mail) {
  return mail.raw->size() + mail.raw->size() / 32;
}

} // namespace postroom::sim
