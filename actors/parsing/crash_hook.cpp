#include "actors/parsing/crash_hook.hpp"

#ifdef POSTROOM_CRASH_ON_MARKED_MAIL

#include "base/limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace postroom::parsing {

void crash_if_marked(mime::byte_source& source) {
  std::string head(limits::mime_window_bytes, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    const auto count = source.read(filled, std::span(head).subspan(filled));
    if (!count || *count == 0)
      break;
    filled += *count;
  }
  head.resize(filled);
  for (const auto* blank_line : {"\r\n\r\n", "\n\n"})
    head.resize(std::min(head.find(blank_line), head.size()));
  if (("\n" + head).find("\nX-Postroom-Crash: abort") != std::string::npos)
    std::abort();
}

} // namespace postroom::parsing

#else

namespace postroom::parsing {

void crash_if_marked(mime::byte_source&) {
}

} // namespace postroom::parsing

#endif
