#include "protocol/mime/raw_submission_header.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/gmime_fields.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/outgoing_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>

namespace postroom::mime {

namespace {

bool is_blank_line(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Every line must start a field or continue one. What does not would end the header for some readers and not for
/// others.
result<void> check_lines(std::string_view block) {
  if (block.starts_with("From ") || block.starts_with(">From "))
    return fail(errc::invalid_argument, "the mail begins with the \"From \" line of an mbox file, which is no header");
  for (std::size_t number = 1; !block.empty(); ++number) {
    const auto length = block.find('\n') + 1;
    const auto line = block.substr(0, length);
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (continues ? number == 1 : !starts_field(line))
      return fail(errc::invalid_argument, "line " + std::to_string(number) +
                                              " is no header field; an empty line must "
                                              "stand between header and body");
    block.remove_prefix(length);
  }
  return {};
}

/// A field as it was, but for what older grammars allowed: blanks before the colon, continuation lines without a word,
/// which look like the header's end to some.
void append_field(std::string& header, std::string_view name, std::string_view folded_value) {
  header.append(name).append(":");
  bool first = true;
  while (!folded_value.empty()) {
    const auto length = folded_value.find('\n') + 1;
    const auto line = folded_value.substr(0, length);
    if (first || !is_blank_line(line))
      header.append(line);
    first = false;
    folded_value.remove_prefix(length);
  }
}

class rewriter {
public:
  rewriter(const std::string& message_id, wall_time now) : message_id_(message_id), now_(now) {}

  result<void> take(const header_field& field) {
    const auto is = [&](std::string_view name) { return ascii_iequals(field.name, name); };
    if (is("Bcc"))
      return read_list(field, header_.facts.bcc);
    if (is("Resent-Bcc") || is("Return-Path"))
      return {};
    if (is("Message-ID")) {
      if (original_id_.empty())
        original_id_ = field.folded_value;
      return {};
    }
    if (is("X-Original-Message-ID")) {
      former_id_.append(field.name).append(":").append(field.folded_value);
      return {};
    }
    append_field(header_.block, field.name, field.folded_value);
    if (is("From")) {
      ++from_fields_;
      return read_list(field, header_.facts.from);
    }
    if (is("To"))
      return read_list(field, header_.facts.to);
    if (is("Cc"))
      return read_list(field, header_.facts.cc);
    if (is("Subject") && header_.facts.subject.empty()) {
      const auto limit = limits::mime_header_value_bytes_max;
      header_.facts.subject = decode_text(unfold(field.folded_value, limit), limit);
    }
    has_date_ = has_date_ || is("Date");
    has_mime_version_ = has_mime_version_ || is("MIME-Version");
    return {};
  }

  result<rewritten_header> finish() && {
    const auto& from = header_.facts.from;
    if (from_fields_ != 1 || from.size() != 1)
      return fail(errc::invalid_argument, "the header must have one From field with one address; there are " +
                                              std::to_string(from_fields_) + " with " + std::to_string(from.size()));
    if (auto problem = problem_of_address(from.front().address))
      return fail(errc::invalid_argument, "the address of From " + *problem);
    auto& block = header_.block;
    if (!original_id_.empty()) {
      header_.facts.original_message_id = decode_message_id(unfold(original_id_, limits::mime_header_value_bytes_max));
      append_field(block, "X-Original-Message-ID", original_id_);
    } else {
      block += former_id_;
    }
    block += ids_field("Message-ID", {message_id_});
    if (!has_date_)
      block += date_field(now_);
    if (!has_mime_version_)
      block += "MIME-Version: 1.0\r\n";
    header_.facts.utf8 = needs_utf8(block);
    return std::move(header_);
  }

private:
  static result<void> read_list(const header_field& field, std::vector<address>& list) {
    // Cut off, it would lose recipients in silence.
    if (field.folded_value.size() > limits::mime_list_header_bytes_max)
      return fail(errc::too_large, "the header " + std::string(field.name) + " is longer than " +
                                       std::to_string(limits::mime_list_header_bytes_max) + " bytes");
    const auto value = unfold(field.folded_value, limits::mime_list_header_bytes_max);
    if (!decode_addresses(value, list))
      return fail(errc::too_large, "the header " + std::string(field.name) + " has more than " +
                                       std::to_string(limits::mime_addresses_max) + " addresses");
    return {};
  }

  const std::string& message_id_;
  wall_time now_;
  rewritten_header header_;
  std::string original_id_, former_id_; ///< as they stood in the mail
  std::size_t from_fields_ = 0;
  bool has_date_ = false;
  bool has_mime_version_ = false;
};

} // namespace

result<rewritten_header> rewrite_header(std::string_view block, const std::string& message_id, wall_time now) {
  if (auto checked = check_lines(block); !checked)
    return checked.error();
  if (!is_valid_utf8(block))
    return fail(errc::invalid_argument, "the header holds octets that are neither ASCII nor UTF-8");
  rewriter writing(message_id, now);
  bool invalid = false; // found by check_lines already
  for (const auto& field : split_fields(block, invalid)) {
    if (auto taken = writing.take(field); !taken)
      return taken.error();
  }
  return std::move(writing).finish();
}

} // namespace postroom::mime
