#include "sim/imap/fetch.hpp"

#include "sim/imap/envelope.hpp"
#include "sim/imap/header_fields.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

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

/// Takes `2.1.` or `2.1` off the front of a section. False when a number is malformed.
bool parse_part(std::string_view& section, fetch_item& item) {
  while (!section.empty() && section.front() >= '0' && section.front() <= '9') {
    const auto digits = section.substr(0, section.find('.'));
    const auto number = parse_number(digits);
    if (!number || *number == 0 || digits.size() + 1 == section.size())
      return false;
    item.part.push_back(*number);
    section.remove_prefix(std::min(digits.size() + 1, section.size()));
  }
  return true;
}

bool parse_section(std::string_view section, fetch_item& item) {
  using kind = fetch_item::kind;
  if (!parse_part(section, item))
    return false;
  argument_reader reader{section};
  const auto name = upper_case(reader.word().value_or(""));
  if (name.empty())
    item.what = kind::whole;
  else if (name == "HEADER")
    item.what = kind::header;
  else if (name == "TEXT")
    item.what = kind::text;
  else if (name == "MIME" && !item.part.empty())
    item.what = kind::mime;
  else if (name == "HEADER.FIELDS" || name == "HEADER.FIELDS.NOT")
    item.what = kind::header_fields;
  else
    return false;
  if (item.what != kind::header_fields)
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

struct named_item {
  std::string_view name;
  fetch_item::kind what;
  bool sets_seen = false;
};
constexpr std::array<named_item, 14> named_items{{{"UID", fetch_item::kind::uid},
                                                  {"FLAGS", fetch_item::kind::flags},
                                                  {"INTERNALDATE", fetch_item::kind::internal_date},
                                                  {"RFC822.SIZE", fetch_item::kind::size},
                                                  {"MODSEQ", fetch_item::kind::mod_seq},
                                                  {"X-GM-MSGID", fetch_item::kind::gm_msgid},
                                                  {"X-GM-THRID", fetch_item::kind::gm_thrid},
                                                  {"X-GM-LABELS", fetch_item::kind::gm_labels},
                                                  {"ENVELOPE", fetch_item::kind::envelope},
                                                  {"BODY", fetch_item::kind::body},
                                                  {"BODYSTRUCTURE", fetch_item::kind::body_structure},
                                                  {"RFC822", fetch_item::kind::whole, true},
                                                  {"RFC822.HEADER", fetch_item::kind::header},
                                                  {"RFC822.TEXT", fetch_item::kind::text, true}}};

std::optional<fetch_item> parse_fetch_item(std::string_view text) {
  const auto name = upper_case(text);
  fetch_item item;
  item.label = name;
  if (const auto* known = std::ranges::find(named_items, name, &named_item::name); known != named_items.end()) {
    item.what = known->what;
    item.sets_seen = known->sets_seen;
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

std::shared_ptr<const std::string> chosen_fields(std::string_view header, const fetch_item& item) {
  auto text = std::make_shared<std::string>();
  for (const auto& field : header_fields(header))
    if ((std::ranges::find(item.fields, ascii_lower(field.name)) != item.fields.end()) != item.all_but_fields)
      *text += field.whole;
  if (!text->empty() && !text->ends_with('\n'))
    *text += "\r\n"; // the mail ends within this field
  *text += "\r\n";
  return text;
}

/// What a macro stands for; itself when it is none.
std::string_view expanded(std::string_view text) {
  const auto name = upper_case(text);
  return name == "FAST"   ? "FLAGS INTERNALDATE RFC822.SIZE"
         : name == "ALL"  ? "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE"
         : name == "FULL" ? "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY"
                          : text;
}

} // namespace

std::optional<std::vector<fetch_item>> parse_fetch_items(std::string_view text) {
  text = expanded(text);
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

const message_part& fetched_mail::parts() {
  if (!parts_)
    parts_ = read_parts(*raw_);
  return *parts_;
}

std::string fetched_mail::text_of(fetch_item::kind what) {
  if (what == fetch_item::kind::envelope)
    return envelope_text(header_fields(*raw_));
  return body_structure_text(*raw_, parts(), what == fetch_item::kind::body_structure, quirks_);
}

std::optional<octet_range> fetched_mail::range_of(const fetch_item& item) {
  using kind = fetch_item::kind;
  if (item.part.empty()) { // without a look at the parts: this is what most clients ask for
    const auto header = item.what == kind::whole ? 0 : header_octets(*raw_);
    if (item.what == kind::header || item.what == kind::header_fields)
      return octet_range{0, header};
    return octet_range{header, raw_->size() - header};
  }
  const auto* part = find_part(parts(), item.part);
  if (!part)
    return std::nullopt;
  if (item.what == kind::whole)
    return part->body;
  if (item.what == kind::mime)
    return part->header;
  if (part->what != message_part::kind::message)
    return std::nullopt;
  const auto& inside = part->children.front();
  return item.what == kind::text ? inside.body : inside.header;
}

std::optional<mail_slice> fetched_mail::octets_of(const fetch_item& item) {
  const auto range = range_of(item);
  if (!range)
    return std::nullopt;
  mail_slice slice{raw_, range->offset, range->octets};
  if (item.what == fetch_item::kind::header_fields) {
    slice.raw = chosen_fields(range->in(*raw_), item);
    slice.offset = 0;
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
  return find_field(header_fields(raw), name).value_or("");
}

std::size_t estimated_size(const mail& mail) {
  return mail.raw->size() + mail.raw->size() / 32;
}

} // namespace postroom::sim
