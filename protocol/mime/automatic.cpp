#include "protocol/mime/automatic.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace postroom::mime {

namespace {

const header_field* find(const std::vector<header_field>& fields, std::string_view name) {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return ascii_iequals(f.name, name); });
  return at == fields.end() ? nullptr : &*at;
}

template <std::size_t N>
bool has_any(const std::vector<header_field>& fields, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](auto name) { return find(fields, name) != nullptr; });
}

bool is_delivery_agent(const parsed_message& message) {
  if (message.from.empty())
    return false;
  const auto& address = message.from.front().address;
  const auto local = std::string_view(address).substr(0, address.find('@'));
  return ascii_iequals(local, "mailer-daemon") || ascii_iequals(local, "postmaster");
}

automatic_kind by_report_type(const content_type& type) {
  if (type.type != "multipart" || type.subtype != "report")
    return automatic_kind::none;
  if (type.report_type == "delivery-status" || type.report_type == "global-delivery-status")
    return automatic_kind::bounce;
  if (type.report_type == "disposition-notification" || type.report_type == "global-disposition-notification")
    return automatic_kind::receipt;
  if (type.report_type == "feedback-report")
    return automatic_kind::feedback_report;
  return automatic_kind::auto_generated;
}

bool has_null_return_path(const std::vector<header_field>& fields) {
  const auto* path = find(fields, "Return-Path");
  return path != nullptr && unfold(path->folded_value, 8) == "<>";
}

/// The keyword of an Auto-Submitted field, which may have parameters and comments (RFC 3834 §5).
automatic_kind by_auto_submitted(std::string_view value) {
  const auto keyword = trim(value.substr(0, value.find_first_of(";( ")));
  if (keyword.empty() || ascii_iequals(keyword, "no"))
    return automatic_kind::none;
  return ascii_iequals(keyword, "auto-replied") ? automatic_kind::auto_reply : automatic_kind::auto_generated;
}

} // namespace

automatic_kind classify(const std::vector<header_field>& fields, const part_header& header,
                        const parsed_message& message) {
  if (const auto kind = by_report_type(header.content_type); kind != automatic_kind::none)
    return kind;
  if (find(fields, "X-MS-Exchange-Message-Is-Ndr") != nullptr || is_delivery_agent(message))
    return automatic_kind::bounce;
  // Before the null return path, which well-behaved responders use as well.
  if (const auto kind = by_auto_submitted(message.auto_submitted); kind != automatic_kind::none)
    return kind;
  constexpr std::array<std::string_view, 3> reply_marks{"X-Autoreply", "X-Autorespond", "X-Autoresponse"};
  if (has_any(fields, reply_marks) || ascii_iequals(message.precedence, "auto_reply"))
    return automatic_kind::auto_reply;
  if (has_null_return_path(fields))
    return automatic_kind::bounce;
  constexpr std::array<std::string_view, 5> list_marks{"List-Id", "List-Post", "List-Unsubscribe", "List-Help",
                                                       "List-Owner"};
  if (has_any(fields, list_marks) || ascii_iequals(message.precedence, "list"))
    return automatic_kind::list;
  if (ascii_iequals(message.precedence, "bulk") || ascii_iequals(message.precedence, "junk") ||
      find(fields, "Feedback-ID") != nullptr)
    return automatic_kind::bulk;
  return automatic_kind::none;
}

} // namespace postroom::mime
