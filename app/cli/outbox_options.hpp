#pragma once

#include "app/cli/session.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace postroom::app::cli {

struct send_options : common_options {
  std::string account;
  std::string from;
  std::vector<std::string> reply_to, to, cc, bcc;
  std::string subject;
  std::string text, text_file, html_file;
  std::vector<std::string> attachments;
  std::vector<std::string> headers; ///< `Name: value`
  std::string reply;
  bool reply_all = false;
  std::string forward;
  bool hold = false;
  std::string raw_file;
  std::string idempotency_key; ///< empty: one is made
};

/// `Anna Müller <anna@example.com>` or a bare address, as the API takes it.
[[nodiscard]] boost::json::value address_json(const std::string& spelled);
/// The body but for its texts from files and its attachments. `invalid_argument` for a header that is none.
[[nodiscard]] result<boost::json::object> mail_json(const send_options& options);
/// `POST /v1/uploads` for a file; its Content-Type is guessed from the name.
[[nodiscard]] api_call upload_call(const std::string& file);

} // namespace postroom::app::cli
