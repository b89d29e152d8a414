#include "protocol/mime/gmime_fields.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/encoded_words.hpp"
#include "protocol/mime/gmime_library.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>
#include <mutex>

namespace postroom::mime {

namespace {

/// Of many references the oldest show the thread's root, the newest its leaf.
constexpr std::size_t references_kept_first = 10;

std::string_view view(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::string word(const char* text) {
  return clean_line(view(text), limits::mime_word_bytes_max);
}

/// A parameter of `field`. GMime decodes the words in it, but for those that began in one piece (RFC 2231 §3) and ended
/// in another. Decoding the others twice would change a name that reads like a word.
std::string parameter_text(const char* text, std::string_view field) {
  const bool in_pieces = field.find("*0=") != std::string_view::npos;
  return in_pieces ? decode_text(std::string(view(text)), limits::mime_word_bytes_max) : word(text);
}

/// GMime answers punycode in a domain as what it means, and not always can tell how it was written. Replies must go to
/// the address as written, so a bar, allowed in either part of an address, hides all punycode from it.
constexpr std::string_view punycode = "xn-", hidden_punycode = "xn-|";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    out.append(text, 0, at).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

std::string shown(const char* text) {
  return clean_line(replaced(view(text), hidden_punycode, punycode), limits::mime_word_bytes_max);
}

bool append_addresses(InternetAddressList* from, std::vector<address>& list, std::size_t depth) {
  const int count = internet_address_list_length(from);
  for (int i = 0; i < count; ++i) {
    if (list.size() >= limits::mime_addresses_max)
      return false;
    auto* one = internet_address_list_get_address(from, i);
    if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
      list.push_back({shown(internet_address_get_name(one)),
                      shown(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)))});
    } else if (INTERNET_ADDRESS_IS_GROUP(one) && depth < limits::mime_depth_max) {
      if (!append_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), list, depth + 1))
        return false;
    }
  }
  return true;
}

bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

/// `a@b.example`: the commonest form of an address, told apart cheaply.
bool is_bare_address(std::string_view text) {
  return std::count(text.begin(), text.end(), '@') == 1 && text.size() <= limits::mime_word_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '@' || c == '.' ||
                  c == '-' || c == '_' || c == '+';
         });
}

} // namespace

GMimeParserOptions* gmime_options() {
  static std::once_flag once;
  static GMimeParserOptions* options = nullptr;
  std::call_once(once, [] {
    g_mime_init();
    // GMime registers its types on first use without a lock; here, before there is a second thread in it.
    for (const auto type :
         {INTERNET_ADDRESS_TYPE, INTERNET_ADDRESS_TYPE_MAILBOX, INTERNET_ADDRESS_TYPE_GROUP, INTERNET_ADDRESS_LIST_TYPE,
          GMIME_TYPE_CONTENT_TYPE, GMIME_TYPE_CONTENT_DISPOSITION, GMIME_TYPE_PARAM, GMIME_TYPE_PARAM_LIST})
      g_type_class_ref(type);
    options = g_mime_parser_options_new();
    const char* fallback[] = {"utf-8", "windows-1252", "iso-8859-1", nullptr};
    g_mime_parser_options_set_fallback_charsets(options, fallback);
  });
  return options;
}

std::string decode_text(const std::string& value, std::size_t limit_bytes) {
  if (value.find("=?") != std::string::npos)
    return clean_line(decode_encoded_words(value), limit_bytes);
  if (is_plain_ascii(value))
    return value.substr(0, limit_bytes);
  const glib_string decoded(g_mime_utils_header_decode_text(gmime_options(), value.c_str()));
  return clean_line(view(decoded.get()), limit_bytes);
}

bool decode_addresses(const std::string& value, std::vector<address>& list) {
  if (is_bare_address(value) && list.size() < limits::mime_addresses_max) {
    list.push_back({{}, value});
    return true;
  }
  const auto united = replaced(unite_encoded_words(hide_stray_words(value)), punycode, hidden_punycode);
  const gobject_ptr<InternetAddressList> parsed(internet_address_list_parse(gmime_options(), united.c_str()));
  return parsed == nullptr || append_addresses(parsed.get(), list, 0);
}

std::optional<wall_time> decode_date(const std::string& value) {
  gmime_options();
  auto* date = g_mime_utils_header_decode_date(value.c_str());
  if (date == nullptr)
    return std::nullopt;
  const auto seconds = g_date_time_to_unix(date);
  g_date_time_unref(date);
  return wall_time{std::chrono::seconds{seconds}};
}

std::string decode_message_id(const std::string& value) {
  gmime_options();
  const glib_string id(g_mime_utils_decode_message_id(value.c_str()));
  return clean_line(view(id.get()), limits::mime_header_value_bytes_max);
}

std::vector<std::string> decode_references(const std::string& value) {
  auto* parsed = g_mime_references_parse(gmime_options(), value.c_str());
  const auto count = static_cast<std::size_t>(std::max(g_mime_references_length(parsed), 0));
  const auto left_out = count - std::min(count, limits::mime_references_max);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    if (i >= references_kept_first && i < references_kept_first + left_out)
      continue;
    auto id = clean_line(view(g_mime_references_get_message_id(parsed, static_cast<int>(i))),
                         limits::mime_header_value_bytes_max);
    if (!id.empty())
      ids.push_back(std::move(id));
  }
  g_mime_references_free(parsed);
  return ids;
}

content_type decode_content_type(const std::string& value) {
  content_type found;
  const auto united = unite_encoded_words(value);
  const gobject_ptr<GMimeContentType> parsed(g_mime_content_type_parse(gmime_options(), united.c_str()));
  if (parsed == nullptr)
    return found;
  const auto parameter = [&](const char* name) { return g_mime_content_type_get_parameter(parsed.get(), name); };
  found.type = ascii_lower(word(g_mime_content_type_get_media_type(parsed.get())));
  found.subtype = ascii_lower(word(g_mime_content_type_get_media_subtype(parsed.get())));
  found.boundary = view(parameter("boundary"));
  found.charset = word(parameter("charset"));
  found.name = parameter_text(parameter("name"), value);
  if (found.type == "multipart")
    found.report_type = ascii_lower(word(parameter("report-type")));
  return found;
}

content_disposition decode_disposition(const std::string& value) {
  const auto united = unite_encoded_words(value);
  const gobject_ptr<GMimeContentDisposition> parsed(g_mime_content_disposition_parse(gmime_options(), united.c_str()));
  if (parsed == nullptr)
    return {};
  return {ascii_lower(word(g_mime_content_disposition_get_disposition(parsed.get()))),
          parameter_text(g_mime_content_disposition_get_parameter(parsed.get(), "filename"), value)};
}

std::string iconv_name(std::string_view charset) {
  gmime_options();
  return g_mime_charset_iconv_name(std::string(charset).c_str());
}

} // namespace postroom::mime
