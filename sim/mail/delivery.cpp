#include "sim/mail/delivery.hpp"

#include "base/crypto.hpp"
#include "sim/imap/header_fields.hpp"

#include <algorithm>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::size_t message_id_bytes_max = 512;

bool is_message_id(std::string_view text) {
  if (text.size() < 3 || text.size() > message_id_bytes_max || !text.starts_with('<') || !text.ends_with('>'))
    return false;
  return std::ranges::all_of(text.substr(1, text.size() - 2),
                             [](char c) { return c > ' ' && c < 127 && c != '<' && c != '>'; });
}

} // namespace

std::string message_id_of(std::string_view raw) {
  auto id = find_field(header_fields(raw), "Message-ID").value_or("");
  std::erase_if(id, [](char c) { return c == ' ' || c == '\t'; }); // where it was folded
  return is_message_id(id) ? id : std::string{};
}

std::string digest_of(std::string_view octets) {
  return hex_encode(as_view(sha256(octets)));
}

sealed_mail seal(std::string raw) {
  sealed_mail mail{nullptr, message_id_of(raw), digest_of(raw)};
  mail.raw = std::make_shared<const std::string>(std::move(raw));
  return mail;
}

std::uint32_t deliver(mailbox& into, const sealed_mail& mail, wall_time now, mail_origin origin, journal& journal) {
  auto& inbox = into.inbox();
  const auto uid = inbox.add(mail.raw, now);
  journal.add(delivered_mail{.mailbox = into.address(),
                             .folder = inbox.name(),
                             .uid_validity = inbox.uid_validity(),
                             .uid = uid,
                             .message_id = mail.message_id,
                             .sha256 = mail.sha256,
                             .octets = mail.raw->size(),
                             .at = now,
                             .origin = origin});
  return uid;
}

} // namespace postroom::sim
