#include "protocol/mime/gmime_library.hpp"
#include "tests/protocol/mime/outgoing_support.hpp"

/// Another reader than our own parser must understand what we write: GMime's parser, which shares with our writing only
/// the encoders of bodies and parameters.
namespace postroom::mime {
namespace {

gobject_ptr<GMimeMessage> read(const std::string& raw) {
  auto* options = gmime_options();
  const gobject_ptr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const gobject_ptr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return gobject_ptr<GMimeMessage>(g_mime_parser_construct_message(parser.get(), options));
}

/// `multipart/mixed(text/plain, …)`.
std::string tree_of(GMimeObject* object) {
  const glib_string type(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  std::string tree = type.get();
  if (!GMIME_IS_MULTIPART(object))
    return tree;
  for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); ++i)
    tree += (i == 0 ? "(" : ", ") + tree_of(g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
  return tree + ")";
}

std::string composed_content(GMimeObject* part) {
  const gobject_ptr<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

TEST(compose_gmime, reads_all_levels) {
  auto what = test::letter();
  what.html = "<p>ß<img src=\"cid:i\">";
  what.attachments = {
      {"ä.png", "image/png", "i", disposition::embedded, test::holding("\x89PNG")},
      {"Ü \"1\".pdf", "application/pdf", "", disposition::attachment, test::holding(std::string(10'000, '\xFE'))},
      {"", "message/rfc822", "", disposition::attachment, test::holding(test::nested())}};
  const auto message = read(test::composed_octets(what));
  auto* root = g_mime_message_get_mime_part(message.get());
  EXPECT_EQ(tree_of(root),
            "multipart/mixed(multipart/related(multipart/alternative(text/plain, text/html), image/png), "
            "application/pdf, message/rfc822)");
  auto* pdf = g_mime_multipart_get_part(GMIME_MULTIPART(root), 1);
  EXPECT_EQ(composed_content(pdf), std::string(10'000, '\xFE'));
  EXPECT_STREQ(g_mime_part_get_filename(GMIME_PART(pdf)), "Ü \"1\".pdf");
  auto* related = GMIME_MULTIPART(g_mime_multipart_get_part(GMIME_MULTIPART(root), 0));
  EXPECT_STREQ(g_mime_object_get_content_id(g_mime_multipart_get_part(related, 1)), "i");
  EXPECT_STREQ(g_mime_object_get_content_type_parameter(GMIME_OBJECT(related), "type"), "multipart/alternative");
  auto* forwarded = g_mime_multipart_get_part(GMIME_MULTIPART(root), 2);
  ASSERT_TRUE(GMIME_IS_MESSAGE_PART(forwarded));
  EXPECT_NE(g_mime_message_part_get_message(GMIME_MESSAGE_PART(forwarded)), nullptr);
}

TEST(compose_gmime, reads_the_header) {
  auto what = test::letter();
  what.subject = "Größe — 日本語の長い件名がここにあります、折り返しが必要です";
  what.from.name = "Änne, die \"Erste\"";
  const auto message = read(test::composed_octets(what));
  EXPECT_EQ(g_mime_message_get_subject(message.get()), what.subject);
  EXPECT_EQ(g_mime_message_get_message_id(message.get()), what.message_id);
  auto* from = internet_address_list_get_address(g_mime_message_get_from(message.get()), 0);
  EXPECT_EQ(internet_address_get_name(from), what.from.name);
  EXPECT_EQ(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from)), what.from.address);
  EXPECT_EQ(g_date_time_to_unix(g_mime_message_get_date(message.get())),
            std::chrono::floor<std::chrono::seconds>(what.date).time_since_epoch().count());
}

} // namespace
} // namespace postroom::mime
