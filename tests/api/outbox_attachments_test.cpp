#include "base/limits.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::HasSubstr;

using outbox_attachments_api = outbox_api;

boost::json::array attached(std::initializer_list<std::string> ids) {
  boost::json::array out;
  for (const auto& id : ids)
    out.push_back(boost::json::object{{"upload", id}});
  return out;
}

TEST_F(outbox_attachments_api, carry_uploads_of_any_size_into_the_mail_unchanged) {
  std::string large;
  for (int i = 0; large.size() < 3 * limits::mib + 17; ++i)
    large += "line " + std::to_string(i) + (i % 3 == 0 ? "\r\n" : "\n");
  std::string exact(limits::chunk_bytes_max, '\0');
  exact.back() = 'z';
  const auto accepted = submit(with(sample(), "attachments",
                                    attached({upload(large, "large.csv", "text/csv"), upload("", "empty.bin", "a/b"),
                                              upload(exact, "exact.bin", "application/octet-stream")})));
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  const auto mail = message_of(accepted);
  ASSERT_EQ(mail.attachments.size(), 3U);
  EXPECT_EQ(mail.attachments[0].filename, "large.csv");
  EXPECT_EQ(mail.attachments[0].content_type, "text/csv");
  EXPECT_EQ(mail.attachments[0].disposition, mime::disposition::attachment);
  EXPECT_TRUE(part_of(accepted, mail.attachments[0].part) == large);
  EXPECT_EQ(mail.attachments[1].filename, "empty.bin");
  EXPECT_EQ(part_of(accepted, mail.attachments[1].part), "");
  EXPECT_TRUE(part_of(accepted, mail.attachments[2].part) == exact);
  EXPECT_THAT(mail.text, HasSubstr("Good morning"));
  EXPECT_GT(record_of(accepted).chunks(), 3U);
}

TEST_F(outbox_attachments_api, may_be_used_by_several_mails) {
  const auto file = upload("content", "a.txt", "text/plain");
  for (int i = 0; i < 2; ++i) {
    const auto accepted = submit(with(sample(), "attachments", attached({file, file})));
    ASSERT_EQ(accepted.status, 202U) << accepted.body;
    const auto mail = message_of(accepted);
    ASSERT_EQ(mail.attachments.size(), 2U);
    EXPECT_EQ(part_of(accepted, mail.attachments[1].part), "content");
  }
}

TEST_F(outbox_attachments_api, outlive_their_upload) {
  const auto file = upload("content", "a.txt", "text/plain");
  const auto accepted = submit(with(sample(), "attachments", attached({file})));
  EXPECT_EQ(writer->send({"DELETE", uploads + "/" + file, {}, {}}).status, 204U);
  (void)collect();
  EXPECT_EQ(part_of(accepted, message_of(accepted).attachments.at(0).part), "content");
}

TEST_F(outbox_attachments_api, are_named_when_they_are_not_there) {
  make_tenant("other");
  const auto theirs = writer->send({"POST", "/v1/tenants/other/uploads", "x", {{"Content-Type", "a/b"}}});
  ASSERT_EQ(theirs.status, 201U) << theirs.body;
  const auto foreign = std::string{theirs.json().at("id").as_string()};
  const auto old = upload("x", "x", "a/b");
  time.advance(limits::upload_life);
  const auto fresh = upload("x", "x", "a/b");
  const auto refused = submit(with(sample(), "attachments", attached({fresh, "up_unknown", old, foreign})));
  EXPECT_EQ(refused.status, 400U) << refused.body;
  EXPECT_FALSE(complains(refused, "attachments[0].upload"));
  EXPECT_TRUE(complains(refused, "attachments[1].upload", "up_unknown"));
  EXPECT_TRUE(complains(refused, "attachments[2].upload", "expired")) << refused.body;
  EXPECT_TRUE(complains(refused, "attachments[3].upload", "24 hours")) << "another tenant's is not even known";
  EXPECT_TRUE(complains(submit(with(sample(), "attachments", boost::json::array{boost::json::object{}})),
                        "attachments[0].upload"));
  EXPECT_TRUE(complains(submit(with(sample(), "attachments", attached({"../x"}))), "attachments[0].upload"));
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

TEST_F(outbox_attachments_api, are_bounded_in_number) {
  const auto file = upload("x", "x", "a/b");
  boost::json::array many;
  for (std::size_t i = 0; i <= limits::submission_attachments_max; ++i)
    many.push_back(boost::json::object{{"upload", file}});
  EXPECT_TRUE(complains(submit(with(sample(), "attachments", many)), "attachments", "more than"));
}

TEST_F(outbox_attachments_api, leave_nothing_behind_when_the_mail_is_refused) {
  const auto file = upload(std::string(3 * limits::mib, 'x'), "x", "a/b");
  const auto before = count(storage::space::expiry);
  EXPECT_EQ(submit({{"to", "nobody"}, {"attachments", attached({file})}}).status, 400U);
  EXPECT_EQ(collect(), 0U) << "refused before anything was written";
  EXPECT_EQ(count(storage::space::expiry), before);
}

} // namespace
} // namespace postroom::api::test
