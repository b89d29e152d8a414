#include "protocol/imap/parse_fetch.hpp"

#include "protocol/imap/body_structure.hpp"
#include "protocol/imap/date_time.hpp"
#include "protocol/imap/envelope.hpp"

namespace postroom::imap {

namespace {

/// `BODY[HEADER.FIELDS (SUBJECT)]<0>` in its parts.
struct item_name {
  std::string name; ///< upper case, without section
  std::optional<std::string> section;
};

class fetch_reader {
public:
  fetch_reader(token_reader& in, std::uint32_t sequence) : in_(in) { data_.sequence = sequence; }

  parsed_response read() {
    in_.skip_spaces();
    if (!in_.skip('(') || !items()) {
      in_.seen.add(quirk::broken_fetch);
      recover_from_tail();
    }
    in_.skip_spaces();
    if (!in_.at_end() && !in_.seen.has(quirk::broken_fetch))
      in_.seen.add(quirk::trailing_text);
    if (const auto& streamed = in_.source().streamed) { // it was handed through, whatever else is broken
      data_.streamed_bytes = streamed->bytes;
      inline_body_.reset();
    }
    return {std::move(data_), in_.seen, std::move(inline_body_)};
  }

private:
  bool items() {
    for (in_.skip_spaces(); !in_.at_end(); in_.skip_spaces()) {
      if (in_.skip(')'))
        return true;
      const auto name = read_name();
      in_.skip_spaces();
      if (!name || !value(*name))
        return false;
    }
    return false;
  }

  std::optional<item_name> read_name() {
    const auto rest = in_.rest();
    const auto end = std::min(rest.find_first_of(" ()[\""), rest.size());
    if (end == 0)
      return {};
    item_name item{upper(rest.substr(0, end)), {}};
    auto used = end;
    if (used < rest.size() && rest[used] == '[') {
      const auto close = rest.find(']', used);
      if (close == std::string_view::npos)
        return {};
      item.section = upper(rest.substr(used + 1, close - used - 1));
      used = close + 1;
      if (used < rest.size() && rest[used] == '<') {
        const auto angle = rest.find('>', used);
        if (angle == std::string_view::npos)
          return {};
        used = angle + 1;
      }
    }
    in_.seek(in_.position() + used);
    return item;
  }

  /// Reads the value of an item; what cannot be understood is skipped as long as it is balanced.
  bool value(const item_name& item) {
    const auto before = in_.position();
    if (understood(item))
      return true;
    in_.seek(before);
    return in_.skip_value();
  }

  bool understood(const item_name& item) {
    const auto& name = item.name;
    if (item.section && (name == "BODY" || name == "BINARY"))
      return item.section->empty() ? whole_message() : section(*item.section);
    if (name == "UID")
      return uid();
    if (name == "FLAGS")
      return flags();
    if (name == "INTERNALDATE")
      return internal_date();
    if (name == "RFC822.SIZE") {
      data_.size = in_.number<std::uint64_t>();
      return data_.size.has_value();
    }
    if (name == "MODSEQ")
      return mod_sequence();
    if (name == "ENVELOPE") {
      data_.envelope = read_envelope(in_);
      return data_.envelope || (in_.seen.add(quirk::broken_envelope), false);
    }
    if (name == "BODYSTRUCTURE" || name == "BODY") {
      data_.body_structure = read_body_structure(in_);
      return data_.body_structure || (in_.seen.add(quirk::broken_body_structure), false);
    }
    if (name == "RFC822")
      return whole_message();
    if (name == "RFC822.HEADER" || name == "RFC822.TEXT")
      return section(name.substr(7));
    return false;
  }

  bool uid() {
    const auto number = in_.number<std::uint32_t>();
    if (number && *number != 0)
      data_.uid = message_uid{*number};
    return number.has_value();
  }

  bool flags() {
    data_.flags = in_.list_of_words();
    return data_.flags.has_value();
  }

  bool internal_date() {
    const auto text = in_.nstring();
    if (text)
      data_.internal_date = parse_date_time(*text);
    if (!data_.internal_date)
      in_.seen.add(quirk::broken_date);
    return text.has_value();
  }

  bool mod_sequence() {
    if (!in_.skip('('))
      return false;
    data_.mod_sequence = in_.number<std::uint64_t>();
    return in_.skip(')');
  }

  bool whole_message() {
    if (in_.streamed())
      return true;
    if (in_.nil()) {
      in_.seen.add(quirk::body_nil);
      data_.body_withheld = true;
      return true;
    }
    if (data_.streamed_bytes)
      return false; // a second copy is skipped
    const bool is_literal = in_.peek() == '{';
    auto text = in_.string();
    if (!text)
      return false;
    if (!is_literal)
      in_.seen.add(quirk::body_as_string);
    data_.streamed_bytes = text->size();
    inline_body_ = std::move(text);
    return true;
  }

  bool section(std::string name) {
    if (in_.nil())
      return true;
    auto text = in_.string();
    if (!text)
      return false;
    data_.sections.emplace_back(std::move(name), std::move(*text));
    return true;
  }

  /// After a break, UID and FLAGS are still taken when they are the very last items: nothing a mail's sender wrote can
  /// stand there.
  void recover_from_tail() {
    auto tail = in_.rest();
    if (!tail.ends_with(')'))
      return;
    tail.remove_suffix(1);
    while (true) {
      const auto item = tail.ends_with(')') ? tail.rfind(" FLAGS (") : tail.rfind(" UID ");
      if (item == std::string_view::npos)
        return;
      frame piece{tail.substr(item + 1)};
      token_reader in{piece};
      const auto name = in.atom();
      in.skip_spaces();
      if (name == "UID") {
        const auto number = in.number<std::uint32_t>();
        if (!in.at_end() || !number || *number == 0)
          return;
        data_.uid = data_.uid.value_or(message_uid{*number});
      } else {
        auto words = in.list_of_words();
        if (!in.at_end() || !words)
          return;
        if (!data_.flags)
          data_.flags = std::move(words);
      }
      tail = tail.substr(0, item);
    }
  }

  token_reader& in_;
  fetch_data data_;
  std::optional<std::string> inline_body_;
};

} // namespace

parsed_response parse_fetch(token_reader& in, std::uint32_t sequence) {
  return fetch_reader{in, sequence}.read();
}

} // namespace postroom::imap
