#include "protocol/mime/parsed_message.hpp"

namespace postroom::mime {

std::string_view to_string(automatic_kind kind) noexcept {
  switch (kind) {
  case automatic_kind::none:
    return "none";
  case automatic_kind::bounce:
    return "bounce";
  case automatic_kind::receipt:
    return "receipt";
  case automatic_kind::feedback_report:
    return "feedback_report";
  case automatic_kind::auto_reply:
    return "auto_reply";
  case automatic_kind::auto_generated:
    return "auto_generated";
  case automatic_kind::list:
    return "list";
  case automatic_kind::bulk:
    return "bulk";
  }
  return "none";
}

} // namespace postroom::mime
