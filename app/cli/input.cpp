#include "app/cli/input.hpp"

#include "base/limits.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace postroom::app::cli {

result<std::string> read_text(const std::string& file, std::istream& in, std::uint64_t bytes_max) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened)
      return fail(errc::invalid_argument, file + " cannot be read: " + std::strerror(errno));
  }
  auto& from = file == "-" ? in : opened;
  std::string text;
  char piece[16 * 1024];
  while (from.read(piece, sizeof piece), from.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(from.gcount()));
    if (text.size() > bytes_max)
      return fail(errc::too_large, file + " is larger than " + std::to_string(bytes_max) + " bytes");
  }
  // A folder can be opened, but not read.
  if (from.bad())
    return fail(errc::invalid_argument, file + " cannot be read");
  return text;
}

result<secret<>> read_secret(const std::string& file, std::istream& in) {
  auto text = read_text(file, in);
  if (!text)
    return text.error();
  while (text->ends_with('\n') || text->ends_with('\r'))
    text->pop_back();
  if (text->empty())
    return fail(errc::invalid_argument, file + " is empty");
  return secret<>{std::move(*text)};
}

} // namespace postroom::app::cli
