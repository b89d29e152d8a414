#pragma once

#include "base/result.hpp"
#include "protocol/mime/compose.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postroom::mime {

/// Collects what is written into pieces of limits::submission_piece_bytes_max, and counts. After an error of the sink
/// nothing more reaches it, and every call answers that error.
class outgoing_buffer {
public:
  /// `sink` must outlive it.
  explicit outgoing_buffer(byte_sink& sink) : sink_(sink) {}

  [[nodiscard]] result<void> write(std::string_view octets);
  /// Ends the last line if it has no end, and passes on what is left.
  [[nodiscard]] result<void> end();
  /// Octets written so far, whether or not they have reached the sink.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
  [[nodiscard]] result<void> flush();

  byte_sink& sink_;
  std::string held_;
  result<void> outcome_;
  std::uint64_t bytes_ = 0;
  char last_ = '\n';
};

} // namespace postroom::mime
