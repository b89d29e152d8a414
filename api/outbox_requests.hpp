#pragma once

#include "api/message.hpp"
#include "protocol/mime/compose.hpp"

#include "records.pb.h"

#include <optional>
#include <string>
#include <vector>

/// What applications write about a mail to be sent.
namespace postroom::api {

struct attachment_wish {
  std::string upload;
  std::optional<std::string> filename;
  std::optional<std::string> content_type;
  std::string content_id;
  bool embedded = false;
};

/// A mail as asked for: with references instead of what they stand for.
struct mail_wish {
  mime::outgoing_message message; ///< without attachments
  bool names_sender = false;      ///< `from` was given
  std::vector<mime::address> bcc;
  std::vector<attachment_wish> attachments;
  std::string reply_to_message; ///< id of the received message that it answers
  bool reply_to_all = false;
  std::string forwarded_message;
  bool hold = false;
};

/// Reads the JSON document strictly: unknown fields, fields of a wrong type and doubles are problems.
[[nodiscard]] boost::system::result<mail_wish, problem> read_mail_wish(std::string_view document);

/// `not_found` when there is none or it has expired.
[[nodiscard]] awaitable<result<records::Upload>> find_upload(const services& world, tenant_id tenant, std::string id);

} // namespace postroom::api
