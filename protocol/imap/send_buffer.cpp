#include "protocol/imap/send_buffer.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <utility>

namespace postroom::imap {

namespace {

/// Commands gathered in one piece.
constexpr std::size_t gather_bytes = 1 * limits::kib;
/// No login line is longer (sasl::token_bytes_max in base64); wiping whole messages would only cost time.
constexpr std::size_t secret_line_bytes_max = 64 * limits::kib;

void wipe(std::string& text) {
  volatile char* octets = text.data();
  for (std::size_t i = 0; i < text.size() && text.size() <= secret_line_bytes_max; ++i)
    octets[i] = 0;
}

} // namespace

void send_buffer::append(std::string octets) {
  if (octets.empty())
    return;
  if (!pieces_.empty() && octets.size() <= pieces_.back().capacity() - pieces_.back().size()) {
    pieces_.back().append(octets);
    wipe(octets);
    return;
  }
  if (octets.size() >= gather_bytes) {
    pieces_.push_back(std::move(octets));
    return;
  }
  pieces_.emplace_back().reserve(gather_bytes);
  pieces_.back().append(octets);
  wipe(octets);
}

std::string_view send_buffer::front() const {
  return pieces_.empty() ? std::string_view{} : std::string_view{pieces_.front()}.substr(begin_);
}

void send_buffer::sent(std::size_t bytes) {
  while (bytes != 0 && !pieces_.empty()) {
    const auto gone = std::min(bytes, front().size());
    bytes -= gone;
    begin_ += gone;
    if (begin_ == pieces_.front().size())
      drop_front();
  }
}

void send_buffer::drop_front() {
  wipe(pieces_.front());
  pieces_.pop_front();
  begin_ = 0;
}

void send_buffer::clear() {
  while (!pieces_.empty())
    drop_front();
}

std::size_t send_buffer::buffered_bytes() const {
  std::size_t bytes = 0;
  for (const auto& piece : pieces_)
    bytes += sizeof(std::string) + piece.capacity();
  return bytes;
}

} // namespace postroom::imap
