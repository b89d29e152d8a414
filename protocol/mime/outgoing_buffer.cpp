#include "protocol/mime/outgoing_buffer.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace postroom::mime {

result<void> outgoing_buffer::write(std::string_view octets) {
  if (!outcome_ || octets.empty())
    return outcome_;
  bytes_ += octets.size();
  last_ = octets.back();
  while (!octets.empty()) {
    const auto taken = std::min(octets.size(), limits::submission_piece_bytes_max - held_.size());
    held_.append(octets, 0, taken);
    octets.remove_prefix(taken);
    if (held_.size() == limits::submission_piece_bytes_max) {
      if (auto flushed = flush(); !flushed)
        return flushed;
    }
  }
  return {};
}

result<void> outgoing_buffer::end() {
  if (last_ != '\n') {
    if (auto written = write("\r\n"); !written)
      return written;
  }
  return flush();
}

result<void> outgoing_buffer::flush() {
  if (outcome_ && !held_.empty())
    outcome_ = sink_.write(held_);
  held_.clear();
  return outcome_;
}

} // namespace postroom::mime
