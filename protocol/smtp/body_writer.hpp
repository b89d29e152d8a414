#pragma once

#include <string>
#include <string_view>

namespace postroom::smtp {

/// Makes a mail fit for DATA (RFC 5321 §4.5.2): doubles dots at the beginning of lines, in any cut. A bare CR or LF
/// becomes CRLF: it must never leave (§2.3.8), for servers that take it for a line end could be made to see a final
/// dot where there is none. Not thread-safe.
class body_writer {
public:
  /// What to send for the next octets; those very octets when nothing is to be changed.
  [[nodiscard]] std::string write(std::string octets);
  /// What ends the mail: the final dot, after a line end if the mail has none.
  [[nodiscard]] std::string finish() const;

private:
  [[nodiscard]] bool must_change(std::string_view octets) const;

  bool line_begins_ = true;
  bool after_cr_ = false;
};

} // namespace postroom::smtp
