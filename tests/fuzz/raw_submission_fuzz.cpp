#include "base/limits.hpp"
#include "protocol/mime/raw_submission.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;
using fuzzing::check;

namespace {

class string_sink final : public mime::byte_sink {
public:
  std::string octets;
  result<void> write(std::string_view piece) override {
    check(!piece.empty() && piece.size() <= limits::submission_piece_bytes_max);
    octets += piece;
    return {};
  }
};

result<mime::raw_facts> submit(std::string_view raw, std::size_t at_once, std::string& octets) {
  string_sink sink;
  mime::raw_submission submission("42@postroom.example", wall_time{}, sink);
  for (std::size_t at = 0; at < raw.size(); at += at_once) {
    if (!submission.feed(raw.substr(at, at_once)))
      break;
  }
  auto done = submission.finish();
  octets = std::move(sink.octets);
  return done;
}

} // namespace

/// Any octets are refused, or become a mail that can be sent; the cuts do not matter. The first octet says where to
/// cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const auto raw = fuzzing::text_of(data + 1, size - 1);
  std::string whole;
  std::string cut;
  const auto done = submit(raw, raw.size() + 1, whole);
  const auto again = submit(raw, 1U + data[0] % 16U, cut);
  check(done.has_value() == again.has_value());
  if (!done)
    return 0;
  check(whole == cut && done->bytes == whole.size() && again->bytes == cut.size());
  check(done->from.size() == 1 && !mime::problem_of_address(done->from.front().address));
  check(mime::is_valid_utf8(done->subject));
  check(whole.ends_with("\r\n") && whole.find('\0') == std::string::npos);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    check(whole[i] != '\n' || (i > 0 && whole[i - 1] == '\r'));
    check(whole[i] != '\r' || (i + 1 < whole.size() && whole[i + 1] == '\n'));
  }
  // What was made once is taken again, and says the same; an original message id is kept but once.
  std::string twice;
  const auto second = submit(whole, whole.size(), twice);
  check(second.has_value() && second->from == done->from && second->to == done->to && second->bcc.empty());
  check(second->eight_bit == done->eight_bit && second->utf8 <= done->utf8);
  return 0;
}
