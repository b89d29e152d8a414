#include "protocol/mime/parse_message.hpp"

#include "base/limits.hpp"
#include "protocol/mime/message_headers.hpp"
#include "protocol/mime/part_scanner.hpp"
#include "protocol/mime/transfer_decoder.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <optional>

namespace postroom::mime {

namespace {

/// The last component of a path: file names from other systems must not choose a directory on ours.
std::string bare_filename(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

/// Builds the parsed message while the mail passes by.
class message_builder final : public part_visitor {
public:
  void message_headers(const std::vector<header_field>& fields, const part_header& header) override {
    read_message_headers(fields, header, message_, defects_);
  }

  void begin_part(const leaf_part& part) override {
    const auto& type = part.header.content_type;
    decoder_.emplace(part.header.encoding);
    raw_.clear();
    preamble_.clear();
    bytes_ = 0;
    charset_ = type.charset;
    const bool is_shown = type.type == "text" && part.header.disposition.kind != "attachment" &&
                          part.header.disposition.filename.empty() && type.name.empty();
    role_ = is_shown && type.subtype == "plain"  ? role::text
            : is_shown && type.subtype == "html" ? role::html
                                                 : role::attachment;
    if (role_ == role::attachment)
      begin_attachment(part);
  }

  result<void> content(std::span<const char> encoded) override {
    const auto decoded = decoder_->decode(encoded);
    bytes_ += decoded.size();
    if (role_ != role::attachment)
      keep(raw_, {decoded.data(), decoded.size()}, limits::mime_text_raw_bytes_max);
    return {};
  }

  void end_part() override {
    const bool cut_short = bytes_ > raw_.size();
    if (role_ == role::attachment)
      message_.attachments.back().bytes = bytes_;
    else if (role_ == role::html)
      show(message_.html, message_.html_truncated, raw_, cut_short);
    else
      show(message_.text, message_.text_truncated, raw_, cut_short);
  }

  void preamble(std::string_view bytes) override { keep(preamble_, bytes, limits::event_text_bytes_max); }

  void preamble_was_all() override {
    charset_.clear();
    show(message_.text, message_.text_truncated, preamble_, preamble_.size() >= limits::event_text_bytes_max);
    preamble_.clear();
  }

  void found(defect d) override { defects_.set(static_cast<std::size_t>(d)); }

  parsed_message take() {
    for (std::size_t i = 0; i < defects_.size(); ++i) {
      if (defects_.test(i))
        message_.defects.emplace_back(to_string(static_cast<defect>(i)));
    }
    return std::move(message_);
  }

private:
  enum class role : std::uint8_t { text, html, attachment };

  void begin_attachment(const leaf_part& part) {
    const auto& [type, disposition, encoding, content_id] = part.header;
    auto& attached = message_.attachments.emplace_back();
    attached.part = part.number;
    attached.filename = bare_filename(disposition.filename.empty() ? type.name : disposition.filename);
    attached.content_type = type.type + "/" + type.subtype;
    attached.content_id = content_id;
    const bool is_embedded = disposition.kind == "inline" ||
                             (disposition.kind.empty() && !content_id.empty() && part.parent_subtype == "related");
    attached.disposition = is_embedded ? disposition::embedded : disposition::attachment;
  }

  static void keep(std::string& into, std::string_view bytes, std::size_t limit) {
    into.append(bytes.substr(0, limit - std::min(limit, into.size())));
  }

  /// Adds a text part to those shown already: some mailers split one text around pictures.
  void show(std::string& shown, bool& truncated, std::string_view raw, bool cut_short) {
    if (truncated || raw.empty())
      return;
    if (!shown.empty() && !shown.ends_with('\n') && shown.size() < limits::event_text_bytes_max)
      shown.push_back('\n');
    const auto what = append_text(shown, raw, charset_, cut_short, limits::event_text_bytes_max);
    truncated = what.truncated;
    if (what.unknown_charset)
      found(defect::unknown_charset);
    if (what.undecodable)
      found(defect::undecodable_text);
  }

  parsed_message message_;
  defect_set defects_;
  std::optional<transfer_decoder> decoder_;
  role role_ = role::attachment;
  std::string charset_;
  std::string raw_; ///< decoded bytes of a text part, as many as may be shown
  std::string preamble_;
  std::uint64_t bytes_ = 0; ///< decoded bytes of the part
};

} // namespace

result<parsed_message> parse_message(byte_source& source) {
  message_builder builder;
  if (auto scanned = scan_parts(source, builder); !scanned)
    return scanned.error();
  return builder.take();
}

} // namespace postroom::mime
