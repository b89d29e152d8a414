#include "protocol/mime/outgoing_body.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/outgoing_scan.hpp"

namespace postroom::mime {

namespace {

constexpr std::string_view default_type = "application/octet-stream";

using part_ptr = gobject_ptr<GMimeObject>;

void set_content(GMimePart* part, gobject_ptr<GMimeStream> stream, GMimeContentEncoding encoding) {
  const gobject_ptr<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part, content.get());
  g_mime_part_set_content_encoding(part, encoding);
}

part_ptr text_part(const char* subtype, std::string_view text) {
  gobject_ptr<GMimePart> part(g_mime_part_new_with_type("text", subtype));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  const auto lines = with_lf(text);
  const auto found = scan_octets(lines);
  gobject_ptr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(lines.data(), lines.size()));
  set_content(part.get(), std::move(stream),
              found.eight_bit || !found.fits_lines() ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
                                                     : GMIME_CONTENT_ENCODING_7BIT);
  return part_ptr(GMIME_OBJECT(part.release()));
}

void say_utf8(GMimeParamList* parameters, const char* name) {
  // Else GMime picks whatever charset is the narrowest.
  if (auto* parameter = parameters == nullptr ? nullptr : g_mime_param_list_get_parameter(parameters, name))
    g_mime_param_set_charset(parameter, "utf-8");
}

void set_disposition(GMimePart* part, const outgoing_attachment& what, const std::string& filename) {
  auto* object = GMIME_OBJECT(part);
  g_mime_object_set_disposition(object, what.disposition == disposition::embedded ? "inline" : "attachment");
  if (!filename.empty()) {
    g_mime_part_set_filename(part, filename.c_str());
    say_utf8(g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(object)), "filename");
    say_utf8(g_mime_content_type_get_parameters(g_mime_object_get_content_type(object)), "name");
  }
  if (!what.content_id.empty())
    g_mime_part_set_content_id(part, what.content_id.c_str());
}

gobject_ptr<GMimePart> part_of_type(std::string_view type) {
  const auto slash = type.find('/');
  return gobject_ptr<GMimePart>(g_mime_part_new_with_type(std::string(type.substr(0, slash)).c_str(),
                                                          std::string(type.substr(slash + 1)).c_str()));
}

part_ptr file_part(const outgoing_attachment& what, std::string_view type, const std::string& filename,
                   stream_failure& failure) {
  auto part = part_of_type(type);
  set_content(part.get(), stream_from(*what.content, line_ends::kept, failure), GMIME_CONTENT_ENCODING_BASE64);
  set_disposition(part.get(), what, filename);
  return part_ptr(GMIME_OBJECT(part.release()));
}

/// A whole mail: not encoded, unless nothing else would carry it over SMTP; then it travels as a file that holds a
/// mail, since encoding a message/rfc822 is forbidden (RFC 2046 §5.2.1).
result<part_ptr> forwarded_part(const outgoing_attachment& what, bool& eight_bit, stream_failure& failure) {
  const auto found = scan_octets(*what.content);
  if (!found)
    return found.error();
  if (found->nul || !found->fits_lines()) {
    const auto bare = what.filename.empty() ? std::string("message") : what.filename;
    const bool named =
        ascii_iequals(std::string_view(bare).substr(bare.size() - std::min<std::size_t>(bare.size(), 4)), ".eml");
    return file_part(what, default_type, named ? bare : bare + ".eml", failure);
  }
  auto part = part_of_type("message/rfc822");
  set_content(part.get(), stream_from(*what.content, line_ends::as_lf, failure),
              found->eight_bit ? GMIME_CONTENT_ENCODING_8BIT : GMIME_CONTENT_ENCODING_7BIT);
  set_disposition(part.get(), what, what.filename);
  eight_bit = eight_bit || found->eight_bit;
  return part_ptr(GMIME_OBJECT(part.release()));
}

/// Wraps parts up; numbers the boundaries.
class wrapper {
public:
  /// The message id is ours and unguessable, so no content can hold a boundary made of it; and the same mail written
  /// twice is the same octets. `=_` stands in no base64 and no quoted-printable.
  explicit wrapper(const std::string& message_id)
      : stem_("=_" + hex_encode(as_view(sha256(message_id)).substr(0, 12)) + "_") {}

  part_ptr wrap(const char* subtype, std::vector<part_ptr> parts, bool eight_bit) {
    gobject_ptr<GMimeMultipart> whole(g_mime_multipart_new_with_subtype(subtype));
    g_mime_multipart_set_boundary(whole.get(), (stem_ + std::to_string(++count_)).c_str());
    auto* object = GMIME_OBJECT(whole.get());
    if (std::string_view(subtype) == "related") { // RFC 2387 §3.1
      const glib_string root(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(parts.front().get())));
      g_mime_object_set_content_type_parameter(object, "type", root.get());
    }
    if (eight_bit) // RFC 2045 §6.4: what holds it must say so
      g_mime_object_set_header(object, "Content-Transfer-Encoding", "8bit", nullptr);
    for (const auto& part : parts)
      g_mime_multipart_add(whole.get(), part.get());
    return part_ptr(GMIME_OBJECT(whole.release()));
  }

private:
  std::string stem_;
  int count_ = 0;
};

/// Text and HTML; nothing when there is neither.
part_ptr words(const outgoing_message& what, wrapper& wrapping) {
  std::vector<part_ptr> parts;
  if (what.text)
    parts.push_back(text_part("plain", *what.text));
  if (what.html)
    parts.push_back(text_part("html", *what.html));
  if (parts.empty() && what.attachments.empty())
    return text_part("plain", "");
  if (parts.empty())
    return nullptr;
  return parts.size() == 1 ? std::move(parts.front()) : wrapping.wrap("alternative", std::move(parts), false);
}

} // namespace

result<outgoing_body> build_body(const outgoing_message& what, stream_failure& failure) {
  outgoing_body body;
  std::vector<part_ptr> images;
  std::vector<part_ptr> files;
  for (const auto& one : what.attachments) {
    if (ascii_iequals(one.content_type, "message/rfc822")) {
      auto part = forwarded_part(one, body.eight_bit, failure);
      if (!part)
        return part.error();
      files.push_back(std::move(*part));
      continue;
    }
    const bool image = what.html && one.disposition == disposition::embedded && !one.content_id.empty();
    auto part = file_part(one, one.content_type.empty() ? default_type : one.content_type, one.filename, failure);
    (image ? images : files).push_back(std::move(part));
  }
  wrapper wrapping(what.message_id);
  body.root = words(what, wrapping);
  if (!images.empty()) {
    images.insert(images.begin(), std::move(body.root));
    body.root = wrapping.wrap("related", std::move(images), false);
  }
  if (!files.empty()) {
    if (body.root)
      files.insert(files.begin(), std::move(body.root));
    body.root = wrapping.wrap("mixed", std::move(files), body.eight_bit);
  }
  return body;
}

} // namespace postroom::mime
