#pragma once

#include "sim/imap/body_structure.hpp"
#include "sim/imap/message_parts.hpp"
#include "sim/mail/mailbox.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The data items of FETCH (RFC 3501 §6.4.5).
namespace postroom::sim {

struct fetch_item {
  enum class kind : std::uint8_t {
    uid,
    flags,
    internal_date,
    size,
    mod_seq,  ///< RFC 7162
    gm_msgid, ///< X-GM-EXT-1, like the next two
    gm_thrid,
    gm_labels,
    envelope, ///< from here on told by fetched_mail
    body,
    body_structure,
    whole, ///< from here on octets of the mail
    header,
    header_fields,
    text,
    mime, ///< the header of a part
  };
  kind what = kind::uid;
  std::vector<std::uint32_t> part; ///< `2.1` of a section: `whole` is that part, header and text those of a mail in it
  std::string label;               ///< as the answer names it: `BODY[HEADER]`
  std::vector<std::string> fields; ///< of header_fields, in lower case
  bool all_but_fields = false;
  bool sets_seen = false;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> partial; ///< offset and octets
};

/// Items with or without parentheses, or one of the macros ALL, FAST and FULL. Nothing when one is not known.
[[nodiscard]] std::optional<std::vector<fetch_item>> parse_fetch_items(std::string_view text);

/// Octets of an answer that lie in a mail.
struct mail_slice {
  std::shared_ptr<const std::string> raw;
  std::size_t offset = 0;
  std::size_t octets = 0;
};

/// A mail while the items of one FETCH are answered: it is taken apart once at most. Refers to the mail's octets, which
/// it keeps.
class fetched_mail {
public:
  explicit fetched_mail(const mail& mail, structure_quirks quirks = {}) : raw_(mail.raw), quirks_(quirks) {}

  /// The value of ENVELOPE, BODY or BODYSTRUCTURE.
  [[nodiscard]] std::string text_of(fetch_item::kind what);
  /// The octets an item names, of the kinds from `whole` on. Header fields are copied, all else refers to the mail.
  /// Nothing when the mail has no such part.
  [[nodiscard]] std::optional<mail_slice> octets_of(const fetch_item& item);

private:
  const message_part& parts();
  [[nodiscard]] std::optional<octet_range> range_of(const fetch_item& item);

  std::shared_ptr<const std::string> raw_;
  structure_quirks quirks_;
  std::optional<message_part> parts_;
};

/// The value of a header field, unfolded; empty when there is none. `name` in lower case.
[[nodiscard]] std::string header_value(std::string_view raw, std::string_view name);

/// What Exchange answers for RFC822.SIZE: an estimate, since it makes the text anew when it is fetched.
[[nodiscard]] std::size_t estimated_size(const mail& mail);

} // namespace postroom::sim
