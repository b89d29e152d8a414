#pragma once

#include "sim/mail/mailbox.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The data items of FETCH that the stand-in knows (RFC 3501 §6.4.5): no ENVELOPE, no BODYSTRUCTURE, no parts.
namespace postroom::sim {

struct fetch_item {
  enum class kind : std::uint8_t { uid, flags, internal_date, size, whole, header, header_fields, text };
  kind what = kind::uid;
  std::string label;               ///< as the answer names it: `BODY[HEADER]`
  std::vector<std::string> fields; ///< of header_fields, in lower case
  bool all_but_fields = false;
  bool sets_seen = false;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> partial; ///< offset and octets
};

/// Items with or without parentheses, or the macro FAST. Nothing when one is not known.
[[nodiscard]] std::optional<std::vector<fetch_item>> parse_fetch_items(std::string_view text);

/// Octets of an answer that lie in a mail.
struct mail_slice {
  std::shared_ptr<const std::string> raw;
  std::size_t offset = 0;
  std::size_t octets = 0;
};

/// The octets an item names. Header fields are copied, all else refers to the mail. Only for the kinds from `whole` on.
[[nodiscard]] mail_slice slice_of(const mail& mail, const fetch_item& item);

/// The value of a header field, unfolded; empty when there is none. `name` in lower case.
[[nodiscard]] std::string header_value(std::string_view raw, std::string_view name);

/// What Exchange answers for RFC822.SIZE: an estimate, since it makes the text anew when it is fetched.
[[nodiscard]] std::size_t estimated_size(const mail& mail);

} // namespace postroom::sim
