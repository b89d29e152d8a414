#include "base/limits.hpp"
#include "protocol/mime/compose.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/parse_message.hpp"
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

/// Takes the input apart at 0x1E; beyond its end everything is empty.
class input {
public:
  explicit input(std::string_view rest) : rest_(rest) {}
  std::string next() {
    const auto end = std::min(rest_.find('\x1E'), rest_.size());
    std::string piece(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return piece;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

class owned_source final : public mime::byte_source {
public:
  explicit owned_source(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return mime::memory_source(bytes_).read(offset, into.first(std::min<std::size_t>(into.size(), 100)));
  }

private:
  std::string bytes_;
};

mime::outgoing_message message_of(std::string_view octets) {
  input in(octets);
  const auto shape = in.next();
  const auto bit = [&](unsigned n) { return !shape.empty() && (static_cast<unsigned char>(shape[0]) >> n & 1U) != 0; };
  mime::outgoing_message what;
  what.message_id = "42@postroom.example";
  what.from = {in.next(), in.next()};
  what.to = {{in.next(), in.next()}};
  what.subject = in.next();
  if (bit(0))
    what.text = in.next();
  if (bit(1))
    what.html = in.next();
  if (bit(2))
    what.headers.emplace_back(in.next(), in.next());
  if (bit(3))
    what.references = {in.next(), in.next()};
  while (!in.empty() && what.attachments.size() < 4) {
    const auto how = bit(4) ? mime::disposition::embedded : mime::disposition::attachment;
    mime::outgoing_attachment one{in.next(), in.next(), in.next(), how, nullptr};
    one.content = std::make_shared<owned_source>(in.next());
    what.attachments.push_back(std::move(one));
  }
  return what;
}

} // namespace

/// What check() lets through can be sent, holds only the header fields it should, and is read back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto what = message_of(fuzzing::text_of(data, size));
  string_sink sink;
  const auto done = mime::compose(what, sink);
  check(done.has_value() == mime::check(what).empty());
  if (!done)
    return 0;
  const std::string_view raw = sink.octets;
  check(done->bytes == raw.size() && raw.ends_with("\r\n"));
  std::size_t line = 0;
  bool eight_bit = false;
  const auto header_end = raw.find("\r\n\r\n") + 2;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    check(raw[i] != '\0' && (raw[i] != '\n' || raw[i - 1] == '\r') && (raw[i] != '\r' || raw[i + 1] == '\n'));
    line = raw[i] == '\r' || raw[i] == '\n' ? 0 : line + 1;
    check(line <= limits::submission_line_bytes_max);
    eight_bit = eight_bit || (i >= header_end && static_cast<unsigned char>(raw[i]) > 127);
  }
  check(eight_bit == done->eight_bit && mime::needs_utf8(raw.substr(0, header_end)) == done->utf8);

  bool invalid = false;
  const auto fields = mime::split_fields(raw.substr(0, header_end), invalid);
  const auto expected = 6 + (what.subject.empty() ? 0U : 1U) + what.headers.size() + (what.references.empty() ? 0 : 1);
  check(!invalid && fields.size() >= expected && fields.size() <= expected + 1);

  mime::memory_source source(raw);
  const auto back = mime::parse_message(source);
  check(back.has_value() && back->message_id == what.message_id && back->from.size() == 1 && back->to.size() == 1);
  check(back->from[0].address == what.from.address && back->to[0].address == what.to[0].address);
  return 0;
}
