#include "protocol/imap/envelope.hpp"

#include "base/limits.hpp"

#include <array>

namespace postroom::imap {

namespace {

/// A field that may be missing because the list ends early.
bool read_field(token_reader& in, std::string& field) {
  in.skip_spaces();
  if (in.peek() == ')')
    return true;
  auto text = in.nstring();
  if (!text)
    return false;
  field = std::move(*text);
  return true;
}

bool read_address(token_reader& in, envelope_address& address) {
  std::string route;
  return in.skip('(') && read_field(in, address.name) && read_field(in, route) && read_field(in, address.mailbox) &&
         read_field(in, address.host) && (in.skip_spaces(), in.skip(')'));
}

bool read_addresses(token_reader& in, std::vector<envelope_address>& addresses) {
  in.skip_spaces();
  if (in.peek() == ')')
    return true;
  if (!in.skip('('))
    return in.nstring().has_value(); // NIL, or "" as some servers write it
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    if (in.skip(')'))
      return true;
    envelope_address address;
    if (!read_address(in, address))
      return false;
    if (addresses.size() < limits::mime_addresses_max)
      addresses.push_back(std::move(address));
  }
  return false;
}

} // namespace

std::optional<envelope> read_envelope(token_reader& in) {
  envelope e;
  if (!in.skip('(') || !read_field(in, e.date) || !read_field(in, e.subject))
    return {};
  for (auto* list : {&e.from, &e.sender, &e.reply_to, &e.to, &e.cc, &e.bcc})
    if (!read_addresses(in, *list))
      return {};
  if (!read_field(in, e.in_reply_to) || !read_field(in, e.message_id))
    return {};
  in.skip_spaces();
  if (!in.skip(')'))
    return {};
  return e;
}

} // namespace postroom::imap
