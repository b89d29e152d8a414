#include "base/limits.hpp"
#include "protocol/http/proxy_connect.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <optional>
#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

struct verdict {
  bool established = false;
  std::size_t taken = 0;
  std::optional<std::string> refused;
  friend bool operator==(const verdict&, const verdict&) = default;
};

verdict judge(std::string_view answer, std::size_t piece) {
  auto dialogue = http::proxy_connect::make("mail.example.test", 993, "anna", secret<>{std::string{"sesame"}}).value();
  verdict out;
  while (!dialogue.established() && out.taken < answer.size()) {
    const auto part = answer.substr(out.taken, piece);
    const auto taken = dialogue.received(part);
    if (!taken) {
      check(taken.error().code == errc::connect_failed);
      out.refused = taken.error().detail;
      break;
    }
    check(*taken == part.size() || (dialogue.established() && *taken < part.size()));
    out.taken += *taken;
  }
  out.established = dialogue.established();
  check(out.taken <= limits::proxy_answer_bytes_max);
  if (out.refused)
    out.taken = 0; // how far it came depends on the pieces
  return out;
}

} // namespace

/// The verdict does not depend on how the answer is cut, and neither it nor the request can be made to tell more than
/// they should.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  const auto whole = judge(text, text.size() + 1);
  check(whole == judge(text, 1) && whole == judge(text, 7));
  if (whole.established)
    check(text.starts_with("HTTP/1.") && text[whole.taken - 1] == '\n');

  const auto half = size / 2;
  const auto asked = http::proxy_connect::make(text.substr(0, half), 443, text.substr(half));
  if (asked) {
    const std::string_view request = asked->request().expose();
    std::size_t lines = 0;
    for (const char c : request)
      lines += c == '\n' ? 1U : 0U;
    check(lines == (half < size ? 4U : 3U) && request.ends_with("\r\n\r\n"));
  }
  return 0;
}
