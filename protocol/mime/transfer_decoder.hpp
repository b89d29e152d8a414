#pragma once

#include <memory>
#include <span>
#include <string>

namespace postroom::mime {

/// Removes a Content-Transfer-Encoding (RFC 2045 §6) from content that comes in pieces. Unknown encodings pass as they
/// are.
class transfer_decoder {
public:
  explicit transfer_decoder(const std::string& encoding);
  ~transfer_decoder();
  transfer_decoder(const transfer_decoder&) = delete;
  transfer_decoder& operator=(const transfer_decoder&) = delete;

  /// The next decoded bytes; valid until the next call. A few bytes of an unfinished group or escape are held back and
  /// come with a later piece, which may so become longer than its `encoded`.
  [[nodiscard]] std::span<const char> decode(std::span<const char> encoded);

private:
  struct state;
  std::unique_ptr<state> state_; ///< none: identity
};

} // namespace postroom::mime
