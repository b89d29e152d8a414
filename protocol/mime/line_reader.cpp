#include "protocol/mime/line_reader.hpp"

#include "base/limits.hpp"

#include <cstring>

namespace postroom::mime {

line_reader::line_reader(byte_source& source)
    : source_(source), window_(std::clamp<std::uint64_t>(source.size(), 1, limits::mime_window_bytes)) {
}

bool line_reader::next(line& out) {
  const auto* data = window_.data() + begin_;
  const auto left = end_ - begin_;
  if (left == 0)
    return false;
  const auto* newline = static_cast<const char*>(std::memchr(data, '\n', left));
  if (newline == nullptr && !exhausted_ && left < window_.size())
    return false;
  const auto length = newline == nullptr ? left : static_cast<std::size_t>(newline - data) + 1;
  out = {{data, length}, at_line_start_};
  at_line_start_ = newline != nullptr;
  begin_ += length;
  return true;
}

result<bool> line_reader::fill() {
  if (exhausted_)
    return false;
  if (begin_ > 0) {
    std::memmove(window_.data(), window_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // Until the window is full: a source that answers byte by byte must not make us look at a line once per byte.
  while (end_ < window_.size()) {
    const auto count = source_.read(offset_, std::span(window_).subspan(end_));
    if (!count)
      return count.error();
    if (*count == 0) {
      exhausted_ = true;
      break;
    }
    offset_ += *count;
    end_ += *count;
  }
  return end_ > begin_;
}

} // namespace postroom::mime
