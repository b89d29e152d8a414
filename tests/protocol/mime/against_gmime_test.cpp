#include "protocol/mime/extract_part.hpp"
#include "protocol/mime/gmime_library.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

/// Our scanner takes mails apart in bounded memory; GMime's parser is the judge of whether it does so correctly.
namespace postroom::mime {
namespace {

using parts = std::map<std::string, std::string>;

std::string content_of(GMimeObject* leaf) {
  const gobject_ptr<GMimeStream> stream(g_mime_stream_mem_new());
  if (GMIME_IS_MESSAGE_PART(leaf))
    g_mime_object_write_content_to_stream(leaf, nullptr, stream.get());
  else if (auto* content = g_mime_part_get_content(GMIME_PART(leaf)))
    g_mime_data_wrapper_write_to_stream(content, stream.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

void collect(GMimeObject* object, const std::string& number, parts& found) {
  if (!GMIME_IS_MULTIPART(object)) {
    found[number.empty() ? "1" : number] = content_of(object);
    return;
  }
  auto* multipart = GMIME_MULTIPART(object);
  for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i)
    collect(g_mime_multipart_get_part(multipart, i), number + (number.empty() ? "" : ".") + std::to_string(i + 1),
            found);
}

parts by_gmime(const std::string& raw) {
  auto* options = gmime_options();
  const gobject_ptr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const gobject_ptr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const gobject_ptr<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options));
  parts found;
  collect(g_mime_message_get_mime_part(message.get()), "", found);
  return found;
}

void expect_same_parts(const std::string& raw) {
  for (const auto& [number, content] : by_gmime(raw)) {
    memory_source source(raw);
    std::string ours;
    const auto extracted = extract_part(source, number, [&](auto piece) -> result<void> {
      ours.append(piece.data(), piece.size());
      return {};
    });
    ASSERT_TRUE(extracted.has_value()) << "no part " << number << " in\n" << raw;
    EXPECT_EQ(ours, content) << "part " << number << " of\n" << raw;
  }
}

TEST(against_gmime, agrees_on_the_sound_samples) {
  for (const auto& raw : {test::alternative(), test::nested(), test::raw_8bit(), test::bounce()})
    expect_same_parts(raw);
}

/// Random trees of parts whose content contains lines that look like boundaries, but are not.
class mail_writer {
public:
  explicit mail_writer(unsigned seed) : random_(seed) {}
  std::string write() { return "From: a@b.example" + eol_ + part(0); }

private:
  std::size_t below(std::size_t n) { return random_() % n; }

  std::string part(std::size_t depth) {
    if (depth < 4 && below(3) != 0)
      return multipart(depth);
    std::string text = "Content-Type: application/x-test" + eol_;
    const bool base64 = below(2) == 0;
    text += base64 ? "Content-Transfer-Encoding: base64" + eol_ : "";
    text += eol_;
    const std::string_view plain[] = {"", "--", "--b", "---b1", "-- b0", "b0", "From here", "a: b", "--b0x"};
    for (auto lines = below(6); lines > 0; --lines)
      text += (base64 ? "QUJDREVG" : std::string(plain[below(std::size(plain))])) + eol_;
    return text;
  }

  /// The last boundary has its line end: without one, GMime leaves the CR before it to the content.
  std::string multipart(std::size_t depth) {
    const auto boundary = "b" + std::to_string(depth);
    std::string text = "Content-Type: multipart/mixed; boundary=" + boundary + eol_ + eol_;
    text += below(2) == 0 ? "preamble" + eol_ : "";
    for (auto children = 1 + below(3); children > 0; --children)
      text += "--" + boundary + eol_ + part(depth + 1) + eol_;
    return text + "--" + boundary + "--" + eol_ + (below(2) == 0 ? "epilogue" + eol_ : "");
  }

  std::minstd_rand random_;
  std::string eol_ = below(2) == 0 ? "\r\n" : "\n";
};

TEST(against_gmime, agrees_on_random_trees) {
  for (unsigned seed = 1; seed <= 500 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    expect_same_parts(mail_writer(seed).write());
  }
}

} // namespace
} // namespace postroom::mime
