#include "protocol/mime/extract_part.hpp"

#include "protocol/mime/part_scanner.hpp"
#include "protocol/mime/transfer_decoder.hpp"

#include <optional>
#include <string>

namespace postroom::mime {

namespace {

/// Passes the content of one part on and ignores all else.
class part_picker final : public part_visitor {
public:
  part_picker(std::string_view wanted, const content_sink& sink) : wanted_(wanted), sink_(sink) {}

  void message_headers(const std::vector<header_field>&, const part_header&) override {}
  void begin_part(const leaf_part& part) override {
    if (part.number == wanted_)
      decoder_.emplace(part.header.encoding);
  }
  result<void> content(std::span<const char> encoded) override {
    if (!decoder_)
      return {};
    const auto decoded = decoder_->decode(encoded);
    return decoded.empty() ? result<void>{} : sink_(decoded);
  }
  void end_part() override { done_ = decoder_.has_value(); }
  void preamble(std::string_view) override {}
  void preamble_was_all() override {}
  void found(defect) override {}
  [[nodiscard]] bool done() const override { return done_; }

private:
  std::string_view wanted_;
  const content_sink& sink_;
  std::optional<transfer_decoder> decoder_;
  bool done_ = false;
};

} // namespace

result<void> extract_part(byte_source& source, std::string_view part, const content_sink& sink) {
  part_picker picker(part, sink);
  if (auto scanned = scan_parts(source, picker); !scanned)
    return scanned.error();
  if (!picker.done())
    return fail(errc::not_found, "the mail has no part " + std::string(part));
  return {};
}

} // namespace postroom::mime
