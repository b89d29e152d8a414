#pragma once

#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"

#include <string_view>
#include <vector>

namespace postroom::mime {

/// Cuts a source into lines through a window of bounded size.
class line_reader {
public:
  /// A line with its LF, a piece of a line longer than the window, or the last bytes of the source. Contiguous with the
  /// line before unless `fill` was called in between.
  struct line {
    std::string_view bytes;
    bool starts = false; ///< the first piece of its line
  };

  explicit line_reader(byte_source& source);

  /// Takes the next line out of the window; false when it holds none: call `fill`.
  [[nodiscard]] bool next(line& out);
  /// Reads on, which ends the life of all lines handed out. False at the end of the source.
  [[nodiscard]] result<bool> fill();

private:
  byte_source& source_;
  std::vector<char> window_;
  std::uint64_t offset_ = 0; ///< of the first byte not yet read
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_line_start_ = true;
  bool exhausted_ = false;
};

} // namespace postroom::mime
