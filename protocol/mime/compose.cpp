#include "protocol/mime/compose.hpp"

#include "protocol/mime/gmime_library.hpp"
#include "protocol/mime/outgoing_body.hpp"
#include "protocol/mime/outgoing_buffer.hpp"
#include "protocol/mime/outgoing_fields.hpp"
#include "protocol/mime/outgoing_streams.hpp"

#include <algorithm>
#include <initializer_list>

namespace postroom::mime {

namespace {

struct format_options_free {
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};
using format_options = std::unique_ptr<GMimeFormatOptions, format_options_free>;

format_options smtp_format() {
  format_options format(g_mime_format_options_new());
  g_mime_format_options_set_newline_format(format.get(), GMIME_NEWLINE_FORMAT_DOS);
  g_mime_format_options_set_param_encoding_method(format.get(), GMIME_PARAM_ENCODING_METHOD_RFC2231);
  return format;
}

bool has_utf8_address(const outgoing_message& what) {
  const auto any = [](const std::vector<address>& list) {
    return std::any_of(list.begin(), list.end(), [](const auto& one) { return mime::needs_utf8(one.address); });
  };
  return mime::needs_utf8(what.from.address) || any(what.reply_to) || any(what.to) || any(what.cc);
}

/// All fields but Content-*.
std::string write_header(const outgoing_message& what) {
  std::string header = date_field(what.date) + address_field("From", {what.from});
  const auto addresses = [&](std::string_view name, const std::vector<address>& list) {
    if (!list.empty())
      header += address_field(name, list);
  };
  addresses("Reply-To", what.reply_to);
  addresses("To", what.to);
  addresses("Cc", what.cc);
  if (what.to.empty() && what.cc.empty()) // a mail that names nobody looks like spam to filters
    header += "To: undisclosed-recipients:;\r\n";
  if (!what.subject.empty())
    header += text_field("Subject", what.subject);
  header += ids_field("Message-ID", {what.message_id});
  if (!what.in_reply_to.empty())
    header += ids_field("In-Reply-To", {what.in_reply_to});
  if (!what.references.empty())
    header += ids_field("References", what.references);
  for (const auto& [name, value] : what.headers)
    header += value_field(name, value);
  return header + "MIME-Version: 1.0\r\n";
}

} // namespace

result<composed> compose(const outgoing_message& what, byte_sink& into) {
  // Nothing that could break a header gets through, whatever the caller forgot.
  if (const auto complaints = check(what); !complaints.empty())
    return fail(errc::invalid_argument, complaints.front().field + ": " + complaints.front().problem);
  if (what.message_id.empty())
    return fail(errc::invalid_argument, "message_id: is missing");
  prepare_gmime_writing();

  stream_failure failure;
  const auto body = build_body(what, failure);
  if (!body)
    return body.error();
  outgoing_buffer buffer(into);
  if (auto written = buffer.write(write_header(what)); !written)
    return written.error();
  const auto stream = stream_into(buffer, failure);
  const auto written = g_mime_object_write_to_stream(body->root.get(), smtp_format().get(), stream.get());
  if (failure)
    return *failure;
  if (written < 0)
    return fail(errc::internal, "GMime did not write the mail");
  if (auto ended = buffer.end(); !ended)
    return ended.error();
  return composed{buffer.bytes(), body->eight_bit, has_utf8_address(what)};
}

} // namespace postroom::mime
