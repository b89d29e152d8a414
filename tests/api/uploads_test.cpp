#include "base/limits.hpp"
#include "storage/expiry.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using uploads_api = outbox_api;

TEST_F(uploads_api, are_kept_with_their_name_and_type) {
  const auto made = writer->send(
      {"POST", uploads + "?filename=Gr%C3%B6%C3%9Fe+1.pdf", "content", {{"Content-Type", "application/pdf"}}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto shown = made.json();
  EXPECT_EQ(shown.at("filename"), "Größe 1.pdf");
  EXPECT_EQ(shown.at("content_type"), "application/pdf");
  EXPECT_EQ(shown.at("size"), 7);
  EXPECT_EQ(shown.at("created").as_string(), to_rfc3339(time.now()));
  EXPECT_EQ(shown.at("expires").as_string(), to_rfc3339(time.now() + limits::upload_life));
  EXPECT_EQ(made.header("location"), uploads + "/" + std::string{shown.at("id").as_string()});
  const auto read = writer->get(made.header("location"));
  EXPECT_EQ(read.status, 200U);
  EXPECT_EQ(read.json(), shown);
}

TEST_F(uploads_api, have_a_type_that_a_mail_can_carry) {
  const std::map<std::string, std::string> types{
      {"text/plain; charset=utf-8", "text/plain"},
      {"text/csv ;header=present", "text/csv"},
      {"nonsense", "application/octet-stream"},
      {"a/b\tc", "application/octet-stream"},
      {"", "application/octet-stream"},
  };
  for (const auto& [sent, kept] : types) {
    const auto made = writer->send({"POST", uploads, "x", {{"Content-Type", sent}}});
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(made.json().at("content_type").as_string(), kept) << sent;
    EXPECT_EQ(made.json().at("filename"), "");
  }
}

TEST_F(uploads_api, refuse_names_that_no_mail_can_carry) {
  for (const auto& name : {std::string{"%FF.txt"}, std::string{"a%0D%0ABcc:b"}, std::string{"a%00b"},
                           std::string(limits::mime_word_bytes_max + 1, 'n')})
    EXPECT_EQ(writer->send({"POST", uploads + "?filename=" + name, "x", {}}).status, 400U) << name;
  EXPECT_EQ(writer->send({"POST", uploads + "?name=x", "x", {}}).status, 400U);
  EXPECT_EQ(count(storage::space::upload), 0U);
}

TEST_F(uploads_api, may_be_empty) {
  for (const auto& length : {std::map<std::string, std::string>{{"Content-Length", "0"}}, {}}) {
    const auto made = writer->send({"POST", uploads, {}, length});
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(made.json().at("size"), 0);
  }
}

TEST_F(uploads_api, can_be_removed_with_their_content) {
  const auto path = uploads + "/" + upload(std::string(3 * limits::mib, 'x'), "a", "a/b");
  EXPECT_EQ(writer->send({"DELETE", path, {}, {}}).status, 204U);
  EXPECT_EQ(writer->get(path).status, 404U);
  EXPECT_EQ(writer->send({"DELETE", path, {}, {}}).status, 404U);
  EXPECT_EQ(count(storage::space::upload), 0U);
  EXPECT_EQ(count(storage::space::expiry), 0U);
  EXPECT_EQ(collect(), 1U);
}

TEST_F(uploads_api, expire_after_their_life) {
  const auto path = uploads + "/" + upload(std::string(2 * limits::mib, 'x'), "a", "a/b");
  time.advance(limits::upload_life - std::chrono::milliseconds{1});
  EXPECT_EQ(writer->get(path).status, 200U);
  time.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(writer->get(path).status, 404U);
  time.advance(std::chrono::milliseconds{1});
  const auto erased = storage::wait_for<result<std::size_t>>(
      [&](auto done) { storage::erase_expired(*store, time.now().time_since_epoch().count(), done); });
  EXPECT_TRUE(erased);
  EXPECT_EQ(count(storage::space::upload), 0U);
  EXPECT_EQ(count(storage::space::expiry), 0U);
  EXPECT_EQ(collect(), 1U);
}

TEST_F(uploads_api, belong_to_their_tenant) {
  make_tenant("other");
  const auto id = upload("x", "x", "a/b");
  EXPECT_EQ(writer->get("/v1/tenants/other/uploads/" + id).status, 404U);
  EXPECT_EQ(writer->send({"DELETE", "/v1/tenants/other/uploads/" + id, {}, {}}).status, 404U);
  EXPECT_EQ(writer->send({"POST", "/v1/tenants/nowhere/uploads", "x", {}}).status, 404U);
  EXPECT_EQ(as(scope::read, "acme").get("/v1/uploads/" + id).status, 200U);
}

class few_uploads_api : public uploads_api {
protected:
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.uploads_max = 3;
    wish.uploads_bytes_max = 100;
    return wish;
  }
  answer hand_in(const std::string& content) { return writer->send({"POST", uploads, content, {}}); }
};

TEST_F(few_uploads_api, are_refused_beyond_a_number_until_one_goes) {
  std::string id;
  for (int i = 0; i < 3; ++i)
    id = upload("x", "x", "a/b");
  const auto refused = hand_in("x");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(code_of(refused), "busy");
  EXPECT_EQ(count(storage::space::upload), 3U);
  make_tenant("other");
  EXPECT_EQ(as(scope::write).send({"POST", "/v1/tenants/other/uploads", "x", {}}).status, 201U);
  EXPECT_EQ(as(scope::write).send({"DELETE", uploads + "/" + id, {}, {}}).status, 204U);
  EXPECT_EQ(as(scope::write).send({"POST", uploads, "x", {}}).status, 201U);
  EXPECT_EQ(as(scope::write).send({"POST", uploads, "x", {}}).status, 429U);
  time.advance(limits::upload_life);
  EXPECT_EQ(as(scope::write).send({"POST", uploads, "x", {}}).status, 201U) << "what has expired does not count";
}

TEST_F(few_uploads_api, are_refused_beyond_so_many_bytes) {
  upload(std::string(99, 'x'), "x", "a/b");
  const auto last = upload("xx", "x", "a/b");
  EXPECT_EQ(hand_in("x").status, 429U);
  EXPECT_EQ(as(scope::write).send({"DELETE", uploads + "/" + last, {}, {}}).status, 204U);
  EXPECT_EQ(as(scope::write).send({"POST", uploads, "x", {}}).status, 201U);
}

} // namespace
} // namespace postroom::api::test
