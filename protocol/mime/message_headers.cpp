#include "protocol/mime/message_headers.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/automatic.hpp"
#include "protocol/mime/gmime_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>
#include <array>

namespace postroom::mime {

namespace {

enum class kind : std::uint8_t {
  originators, ///< an address list of which the first field counts
  recipients,  ///< an address list; several fields add up
  text,        ///< with encoded words
  token,       ///< as it stands
  id,          ///< one message id
  references,
  date,
};

struct known_field {
  std::string_view name;
  mime::kind kind;
  std::vector<address> parsed_message::*addresses = nullptr;
  std::string parsed_message::*string = nullptr;
};

using m = parsed_message;
constexpr std::array known_fields{
    known_field{"From", kind::originators, &m::from},
    known_field{"Sender", kind::originators, &m::sender},
    known_field{"Reply-To", kind::originators, &m::reply_to},
    known_field{"To", kind::recipients, &m::to},
    known_field{"Cc", kind::recipients, &m::cc},
    known_field{"Bcc", kind::recipients, &m::bcc},
    known_field{"Subject", kind::text, nullptr, &m::subject},
    known_field{"Date", kind::date},
    known_field{"Message-ID", kind::id, nullptr, &m::message_id},
    known_field{"In-Reply-To", kind::id, nullptr, &m::in_reply_to},
    known_field{"References", kind::references},
    known_field{"Thread-Topic", kind::text, nullptr, &m::thread_topic},
    known_field{"Thread-Index", kind::token, nullptr, &m::thread_index},
    known_field{"Auto-Submitted", kind::token, nullptr, &m::auto_submitted},
    known_field{"Precedence", kind::token, nullptr, &m::precedence},
    known_field{"List-Id", kind::text, nullptr, &m::list_id},
    known_field{"X-Auto-Response-Suppress", kind::token, nullptr, &m::x_auto_response_suppress},
};

/// Subjects of what servers send when they fail to deliver the mail itself; no code tells it.
constexpr std::array<std::string_view, 1> placeholder_subjects{
    "Retrieval using the IMAP4 protocol failed for the following message", // Exchange; Mailspring issue 2038
};

bool is_placeholder(const parsed_message& message) {
  return std::any_of(placeholder_subjects.begin(), placeholder_subjects.end(),
                     [&](auto subject) { return starts_with_nocase(message.subject, subject); });
}

const known_field* lookup(std::string_view name) {
  for (const auto& known : known_fields) {
    if (ascii_iequals(known.name, name))
      return &known;
  }
  return nullptr;
}

std::size_t limit_of(kind k) {
  const bool is_list = k == kind::originators || k == kind::recipients || k == kind::references;
  return is_list ? limits::mime_list_header_bytes_max : limits::mime_header_value_bytes_max;
}

void read_addresses(const known_field& known, const std::string& value, parsed_message& message, defect_set& defects) {
  auto& list = message.*known.addresses;
  if (known.kind == kind::originators && !list.empty())
    return;
  if (!decode_addresses(value, list))
    defects.set(static_cast<std::size_t>(defect::too_many_addresses));
}

void read_field(const known_field& known, const std::string& value, parsed_message& message, defect_set& defects) {
  const auto limit = limits::mime_header_value_bytes_max;
  switch (known.kind) {
  case kind::originators:
  case kind::recipients:
    return read_addresses(known, value, message, defects);
  case kind::text:
  case kind::token:
  case kind::id: {
    auto& string = message.*known.string;
    if (string.empty())
      string = known.kind == kind::text    ? decode_text(value, limit)
               : known.kind == kind::token ? clean_line(value, limit)
                                           : decode_message_id(value);
    return;
  }
  case kind::references:
    if (message.references.empty())
      message.references = decode_references(value);
    return;
  case kind::date:
    if (!message.date) {
      message.date = decode_date(value);
      if (!message.date)
        defects.set(static_cast<std::size_t>(defect::invalid_date));
    }
    return;
  }
}

} // namespace

void read_message_headers(const std::vector<header_field>& fields, const part_header& header, parsed_message& message,
                          defect_set& defects) {
  for (const auto& field : fields) {
    const auto* known = lookup(field.name);
    if (known == nullptr)
      continue;
    const auto limit = limit_of(known->kind);
    if (field.folded_value.size() > limit)
      defects.set(static_cast<std::size_t>(defect::headers_truncated));
    read_field(*known, unfold(field.folded_value, limit), message, defects);
  }
  if (message.from.empty())
    defects.set(static_cast<std::size_t>(defect::missing_from));
  message.server_placeholder = is_placeholder(message);
  message.automatic = classify(fields, header, message);
}

} // namespace postroom::mime
