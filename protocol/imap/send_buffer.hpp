#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>

namespace postroom::imap {

/// Octets on their way to the server. What is large stays in the string it came in, so that a message to be appended
/// is never copied; what is small is gathered, so that pipelined commands leave together. Empty, it holds no memory.
/// Everything short enough to be a line with a token is wiped when it goes. Not thread-safe.
class send_buffer {
public:
  send_buffer() = default;
  send_buffer(const send_buffer&) = delete;
  send_buffer& operator=(const send_buffer&) = delete;
  ~send_buffer() { clear(); }

  void append(std::string octets);
  /// What to send next, and after a write that must be repeated the same again or more; empty: nothing.
  [[nodiscard]] std::string_view front() const;
  /// The first `bytes` octets are gone.
  void sent(std::size_t bytes);
  void clear();
  [[nodiscard]] std::size_t buffered_bytes() const;

private:
  void drop_front();

  std::list<std::string> pieces_; ///< none is empty; never reallocated, which would leave copies of secrets behind
  std::size_t begin_ = 0;         ///< of the first piece what was sent
};

} // namespace postroom::imap
