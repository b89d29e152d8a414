#include "sim/imap/envelope.hpp"

#include "sim/imap/address_list.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t addresses_max = 1000;
/// Beyond, a literal is kinder to the reader's line buffer.
constexpr std::size_t quoted_bytes_max = 512;

std::string address_text(const envelope_address& address) {
  return "(" + imap_nstring(address.name) + " " + imap_nstring(address.route) + " " + imap_nstring(address.mailbox) +
         " " + imap_nstring(address.host) + ")";
}

/// NIL when there is no such field or no address in it.
std::string address_list_text(const std::vector<header_field>& fields, std::string_view name) {
  const auto value = find_field(fields, name);
  const auto addresses = parse_address_list(value.value_or(""), addresses_max);
  if (addresses.empty())
    return "NIL";
  std::string text = "(";
  for (const auto& each : addresses)
    text += address_text(each);
  return text + ")";
}

} // namespace

std::string imap_string(std::string_view text) {
  const bool quotable = text.size() <= quoted_bytes_max && std::ranges::all_of(text, [](char c) {
                          return static_cast<signed char>(c) >= 0 && c != '\r' && c != '\n';
                        });
  std::string plain{text};
  std::erase(plain, '\0');
  return quotable ? quoted_text(plain) : "{" + std::to_string(plain.size()) + "}\r\n" + plain;
}

std::string imap_nstring(const std::optional<std::string>& text) {
  return text ? imap_string(*text) : "NIL";
}

std::string envelope_text(const std::vector<header_field>& fields) {
  const auto from = address_list_text(fields, "from");
  const auto or_from = [&](std::string_view name) {
    auto text = address_list_text(fields, name);
    return text == "NIL" ? from : text;
  };
  std::string text = "(" + imap_nstring(find_field(fields, "date")) + " " + imap_nstring(find_field(fields, "subject"));
  text += " " + from + " " + or_from("sender") + " " + or_from("reply-to");
  for (const auto* name : {"to", "cc", "bcc"})
    text += " " + address_list_text(fields, name);
  return text + " " + imap_nstring(find_field(fields, "in-reply-to")) + " " +
         imap_nstring(find_field(fields, "message-id")) + ")";
}

} // namespace postroom::sim
