#include "base/limits.hpp"
#include "protocol/mime/event_data.hpp"
#include "protocol/mime/extract_part.hpp"
#include "protocol/mime/parse_message.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;
using fuzzing::check;

/// Any bytes are a mail; what comes out keeps its promises, and each attachment announced can be had.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mime::memory_source source(fuzzing::text_of(data, size));
  const auto message = mime::parse_message(source);
  check(message.has_value());
  const auto json = mime::message_event_data({}, *message);
  check(mime::is_valid_utf8(json) && json.size() <= limits::record_bytes_max);
  for (std::size_t i = 0; i < message->attachments.size() && i < 4; ++i) {
    std::uint64_t bytes = 0;
    const auto extracted = mime::extract_part(source, message->attachments[i].part, [&](auto piece) -> result<void> {
      bytes += piece.size();
      return {};
    });
    check(extracted && bytes == message->attachments[i].bytes);
  }
  return 0;
}
