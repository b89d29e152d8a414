#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/compose.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/outgoing_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace postroom::mime {

namespace {

/// Collects complaints; each function looks at one kind of field.
class examiner {
public:
  void complain(std::string field, std::string problem) { found_.push_back({std::move(field), std::move(problem)}); }

  /// Text on one line; answers whether it is fine.
  bool line(const std::string& field, std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max)
      return complain(field, "is longer than " + std::to_string(bytes_max) + " bytes"), false;
    if (!is_valid_utf8(text))
      return complain(field, "is not valid UTF-8"), false;
    if (std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; }))
      return complain(field, "holds a control character (line ends and tabs are such, too)"), false;
    return true;
  }

  void text(const std::string& field, const std::optional<std::string>& text) {
    if (!text)
      return;
    if (text->size() > limits::submission_text_bytes_max)
      complain(field, "is longer than " + std::to_string(limits::submission_text_bytes_max) + " bytes");
    else if (!is_valid_utf8(*text))
      complain(field, "is not valid UTF-8");
    else if (text->find('\0') != std::string::npos)
      complain(field, "holds a NUL");
  }

  /// Answers whether it is fine.
  bool one_address(const std::string& field, const address& who) {
    const bool name_fine = line(field + ".name", who.name, limits::mime_word_bytes_max);
    if (auto problem = problem_of_address(who.address))
      return complain(field, std::move(*problem)), false;
    return name_fine;
  }

  void addresses(const std::string& field, std::string_view header, const std::vector<address>& list) {
    bool fine = true;
    if (list.size() > limits::submission_recipients_max)
      return complain(field, "has more than " + std::to_string(limits::submission_recipients_max) + " addresses");
    for (std::size_t i = 0; i < list.size(); ++i)
      fine = one_address(field + "[" + std::to_string(i) + "]", list[i]) && fine;
    if (fine && !list.empty() && address_field(header, list).size() > limits::mime_list_header_bytes_max)
      complain(field, "is longer than " + std::to_string(limits::mime_list_header_bytes_max) + " bytes in a header");
  }

  /// A message or content id, without angle brackets. Lenient: ids found in the wild must be referred to.
  void id(const std::string& field, std::string_view id) {
    if (id.empty())
      complain(field, "is empty");
    else if (id.size() > limits::submission_id_bytes_max)
      complain(field, "is longer than " + std::to_string(limits::submission_id_bytes_max) + " bytes");
    else if (std::any_of(id.begin(), id.end(), [](char c) { return c <= ' ' || c > 126 || c == '<' || c == '>'; }))
      complain(field, "holds something else than printable ASCII without blanks and angle brackets");
  }

  std::vector<field_complaint> complaints() && { return std::move(found_); }

private:
  std::vector<field_complaint> found_;
};

struct reserved_name {
  std::string_view name; ///< a final hyphen stands for all names that begin so
  std::string_view reason;
};

constexpr std::string_view own_field = "is written from a field of its own";
constexpr std::string_view by_servers = "is written by mail servers";
constexpr std::array reserved_names{
    reserved_name{"From", own_field},
    reserved_name{"Reply-To", own_field},
    reserved_name{"To", own_field},
    reserved_name{"Cc", own_field},
    reserved_name{"Bcc", "would show blind copies to everybody"},
    reserved_name{"Subject", own_field},
    reserved_name{"In-Reply-To", own_field},
    reserved_name{"References", own_field},
    reserved_name{"Date", "is written by the gateway"},
    reserved_name{"Message-ID", "is written by the gateway"},
    reserved_name{"X-Original-Message-ID", "is written by the gateway"},
    reserved_name{"Sender", "is written by the server that knows who signed in"},
    reserved_name{"MIME-Version", "is written with the body"},
    reserved_name{"Content-", "is written with the body"},
    reserved_name{"DKIM-", "can only be right when it is written last"},
    reserved_name{"DomainKey-", "can only be right when it is written last"},
    reserved_name{"ARC-", by_servers},
    reserved_name{"Authentication-Results", by_servers},
    reserved_name{"Received", by_servers},
    reserved_name{"Received-", by_servers},
    reserved_name{"Return-Path", by_servers},
    reserved_name{"Delivered-To", by_servers},
    reserved_name{"Resent-", "belongs to a mail that somebody sends once more as it is"},
};

std::optional<std::string> problem_of_name(std::string_view name) {
  if (name.empty())
    return "has no name";
  if (name.size() > limits::submission_header_name_bytes_max)
    return "has a name longer than " + std::to_string(limits::submission_header_name_bytes_max) + " bytes";
  if (std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' || c > 126 || c == ':'; }))
    return "has a name with something else than printable ASCII without blanks and colons"; // ftext, RFC 5322 §3.6.8
  for (const auto& reserved : reserved_names) {
    if (reserved.name.ends_with('-') ? starts_with_nocase(name, reserved.name) : ascii_iequals(name, reserved.name))
      return std::string(reserved.reason);
  }
  return std::nullopt;
}

/// A header's place in a complaint: its name if that can be shown.
std::string place_of(std::string_view name, std::size_t index) {
  const bool showable = !name.empty() && name.size() <= limits::submission_header_name_bytes_max &&
                        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
  return showable ? "headers." + std::string(name) : "headers[" + std::to_string(index) + "]";
}

void examine_headers(const outgoing_message& what, examiner& found) {
  if (what.headers.size() > limits::submission_headers_max)
    return found.complain("headers", "are more than " + std::to_string(limits::submission_headers_max));
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < what.headers.size(); ++i) {
    const auto& [name, value] = what.headers[i];
    const auto place = place_of(name, i);
    bytes += name.size() + value.size();
    if (auto problem = problem_of_name(name))
      found.complain(place, std::move(*problem));
    else if (found.line(place, value, limits::submission_header_value_bytes_max) &&
             longest_unfoldable(value) > limits::submission_header_word_bytes_max && !needs_utf8(value))
      found.complain(place, "has " + std::to_string(limits::submission_header_word_bytes_max) +
                                " bytes without a place where a line could be folded");
  }
  if (bytes > limits::submission_headers_bytes_max)
    found.complain("headers", "are longer than " + std::to_string(limits::submission_headers_bytes_max) + " bytes");
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 127 && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  });
}

std::optional<std::string> problem_of_type(std::string_view type) {
  const auto slash = type.find('/');
  if (type.size() > limits::mime_word_bytes_max || slash == std::string_view::npos ||
      !is_token(type.substr(0, slash)) || !is_token(type.substr(slash + 1)))
    return "is not of the form type/subtype, without parameters";
  if (starts_with_nocase(type, "multipart/"))
    return "cannot be a multipart, whose boundary nobody would know";
  if (starts_with_nocase(type, "message/") && !ascii_iequals(type, "message/rfc822"))
    return "cannot be a message other than message/rfc822, which alone may stand unencoded";
  return std::nullopt;
}

void examine_attachment(const outgoing_attachment& what, const std::string& place, examiner& found) {
  if (found.line(place + ".filename", what.filename, limits::mime_word_bytes_max) &&
      (what.filename.find_first_of("/\\") != std::string::npos || what.filename == "." || what.filename == ".."))
    found.complain(place + ".filename", "names a directory");
  if (!what.content_type.empty()) {
    if (auto problem = problem_of_type(what.content_type))
      found.complain(place + ".content_type", std::move(*problem));
  }
  if (!what.content_id.empty())
    found.id(place + ".content_id", what.content_id);
  if (!what.content)
    found.complain(place, "has no content");
}

void examine_attachments(const outgoing_message& what, examiner& found) {
  if (what.attachments.size() > limits::submission_attachments_max)
    return found.complain("attachments", "are more than " + std::to_string(limits::submission_attachments_max));
  std::set<std::string_view> content_ids;
  std::uint64_t bytes = (what.text ? what.text->size() : 0) + (what.html ? what.html->size() : 0);
  for (std::size_t i = 0; i < what.attachments.size(); ++i) {
    const auto& one = what.attachments[i];
    const auto place = "attachments[" + std::to_string(i) + "]";
    examine_attachment(one, place, found);
    if (!one.content_id.empty() && !content_ids.insert(one.content_id).second)
      found.complain(place + ".content_id", "is that of another attachment, too");
    // Base64 turns 57 bytes into a line of 78; the first comparison keeps the product from overflowing.
    const auto size = one.content ? std::min(one.content->size(), limits::submission_bytes_max) : 0;
    bytes += ascii_iequals(one.content_type, "message/rfc822") ? size : size / 57 * 78;
  }
  if (bytes > limits::submission_bytes_max)
    found.complain("attachments", "make the mail larger than " + std::to_string(limits::submission_bytes_max) +
                                      " bytes, a third of it by their encoding");
}

} // namespace

std::vector<field_complaint> check(const outgoing_message& what) {
  examiner found;
  found.one_address("from", what.from);
  found.addresses("reply_to", "Reply-To", what.reply_to);
  found.addresses("to", "To", what.to);
  found.addresses("cc", "Cc", what.cc);
  if (what.to.size() + what.cc.size() > limits::submission_recipients_max)
    found.complain("cc", "and to have more than " + std::to_string(limits::submission_recipients_max) + " addresses");
  found.line("subject", what.subject, limits::submission_subject_bytes_max);
  found.text("text", what.text);
  found.text("html", what.html);
  examine_headers(what, found);
  if (!what.message_id.empty()) // not yet given when an application's words are checked
    found.id("message_id", what.message_id);
  if (!what.in_reply_to.empty())
    found.id("in_reply_to", what.in_reply_to);
  if (what.references.size() > limits::submission_references_max)
    found.complain("references", "are more than " + std::to_string(limits::submission_references_max));
  else
    for (std::size_t i = 0; i < what.references.size(); ++i)
      found.id("references[" + std::to_string(i) + "]", what.references[i]);
  examine_attachments(what, found);
  return std::move(found).complaints();
}

} // namespace postroom::mime
