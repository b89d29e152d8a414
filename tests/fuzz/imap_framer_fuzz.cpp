#include "protocol/imap/response_framer.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <string>

using namespace postroom::imap;
using postroom::fuzzing::check;

namespace {

/// All that comes out of a stream cut into pieces of `step` octets, as one text.
std::string read(std::span<const char> wire, std::size_t step) {
  response_framer framer{{.line_bytes_max = 4096, .inline_literal_bytes_max = 512, .body_bytes_max = 1024}};
  std::string out;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    auto input = wire.subspan(at, std::min(step, wire.size() - at));
    while (true) {
      const auto piece = framer.next(input);
      if (!piece)
        return out + "!";
      if (std::holds_alternative<need_more>(*piece))
        break;
      if (const auto* whole = std::get_if<frame>(&*piece))
        out.append("F").append(whole->text).append(whole->streamed ? "+" : "-");
      else if (const auto* start = std::get_if<body_start>(&*piece))
        out.append("B").append(std::to_string(start->bytes));
      else
        out.append(std::get<body_piece>(*piece).octets);
    }
    check(framer.buffered_bytes() <= 4 * (4096 + 512));
  }
  return out;
}

} // namespace

/// However a stream is cut, the same frames come out, and the buffer stays small.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1)
    return 0;
  const std::span<const char> wire{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = read(wire, wire.size() + 1);
  check(whole == read(wire, 1) && whole == read(wire, data[0] % 64 + 1));
  return 0;
}
