#pragma once

#include "protocol/smtp/client_session.hpp"

namespace postroom::smtp {

/// What an answer to EHLO says.
struct hello_answer {
  server_info info;
  bool starttls = false;
};

/// Keywords in any case (RFC 5321 §4.1.1.1), unknown ones skipped. `SIZE 0` and a SIZE that is no number have no limit
/// (RFC 1870 §4). `AUTH=LOGIN PLAIN`, the form of before RFC 2554, counts as AUTH.
[[nodiscard]] hello_answer read_extensions(const reply& answer);

} // namespace postroom::smtp
