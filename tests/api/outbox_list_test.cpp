#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <gmock/gmock.h>

#include <set>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

class outbox_list_api : public outbox_api {
protected:
  /// Hands in so many mails; their ids.
  std::vector<std::string> fill(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i)
      ids.emplace_back(
          submit(with(sample(), "subject", boost::json::value(std::to_string(i)))).json().at("id").as_string());
    return ids;
  }
  answer act(const std::string& id, const std::string& action) {
    return writer->send({"POST", outbox + "/" + id + "/" + action, {}, {}});
  }
  std::vector<std::string> outcomes(const std::string& id) {
    std::vector<std::string> out;
    const auto shown = writer->get(outbox + "/" + id).json();
    for (const auto& turn : shown.at("history").as_array())
      out.emplace_back(turn.at("outcome").as_string());
    return out;
  }
  boost::json::object counts() { return writer->get(account + "/outbox-counts").json(); }
};

std::set<std::string> keys_of(const boost::json::object& of) {
  std::set<std::string> out;
  for (const auto& each : of)
    out.emplace(each.key());
  return out;
}

TEST_F(outbox_list_api, shows_the_mails_in_their_order_page_by_page) {
  EXPECT_THAT(ids_of(writer->get(outbox)), IsEmpty());
  EXPECT_TRUE(writer->get(outbox).json().at("next").is_null());
  const auto ids = fill(5);
  std::vector<std::string> seen;
  std::string after = "0";
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = writer->get(outbox + "?limit=2&after=" + after);
    ASSERT_EQ(page.status, 200U) << page.body;
    for (auto& id : ids_of(page))
      seen.push_back(std::move(id));
    const auto next = page.json().at("next");
    if (next.is_null())
      break;
    after = next.as_string();
  }
  EXPECT_THAT(seen, ElementsAreArray(ids));
  EXPECT_TRUE(writer->get(outbox + "?limit=5").json().at("next").is_null()) << "a full last page has no next one";
  EXPECT_FALSE(writer->get(outbox).json().at("items").at(0).as_object().contains("history"));
}

TEST_F(outbox_list_api, shows_those_of_one_state_only) {
  const auto ids = fill(5);
  ASSERT_EQ(act(ids[1], "hold").status, 200U);
  ASSERT_EQ(act(ids[3], "hold").status, 200U);
  ASSERT_EQ(act(ids[4], "cancel").status, 200U);
  EXPECT_THAT(ids_of(writer->get(outbox + "?state=held")), ElementsAre(ids[1], ids[3]));
  EXPECT_THAT(ids_of(writer->get(outbox + "?state=cancelled")), ElementsAre(ids[4]));
  EXPECT_THAT(ids_of(writer->get(outbox + "?state=queued")), ElementsAre(ids[0], ids[2]));
  for (const auto* none : {"sending", "deferred", "sent", "failed"})
    EXPECT_THAT(ids_of(writer->get(outbox + "?state=" + none)), IsEmpty()) << none;
  const auto first = writer->get(outbox + "?state=held&limit=1");
  EXPECT_THAT(ids_of(first), ElementsAre(ids[1]));
  const auto next = std::string{first.json().at("next").as_string()};
  EXPECT_THAT(ids_of(writer->get(outbox + "?state=held&limit=1&after=" + next)), ElementsAre(ids[3]));
}

TEST_F(outbox_list_api, refuses_pages_that_cannot_be) {
  for (const auto* query : {"?limit=0", "?limit=501", "?limit=x", "?after=-1", "?after=x",
                            "?after=99999999999999999999", "?state=lost", "?state=Held", "?status=held"})
    EXPECT_EQ(writer->get(outbox + query).status, 400U) << query;
  EXPECT_EQ(writer->get(outbox + "?after=9223372036854775807").status, 200U);
  EXPECT_EQ(writer->get("/v1/tenants/acme/accounts/nobody/outbox").status, 404U);
  EXPECT_EQ(writer->get("/v1/tenants/acme/accounts/nobody/outbox-counts").status, 404U);
}

TEST_F(outbox_list_api, shows_one_with_its_history) {
  const auto ids = fill(2);
  time.advance(std::chrono::seconds{5});
  ASSERT_EQ(act(ids[1], "hold").status, 200U);
  const auto shown = writer->get(outbox + "/" + ids[1]).json();
  EXPECT_EQ(shown.at("state"), "held");
  EXPECT_EQ(shown.at("subject"), "1");
  const auto& history = shown.at("history").as_array();
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].at("outcome"), "accepted");
  EXPECT_EQ(history[1].at("outcome"), "held");
  EXPECT_EQ(history[1].at("time").as_string(), to_rfc3339(time.now()));
  for (const auto& wrong : {std::string{"m1"}, ids[0] + "0", "x" + ids[0].substr(1), std::string{"1"}, std::string{"-"},
                            std::string{"m99999999999999999999-aabbccddeeff"}})
    EXPECT_EQ(writer->get(outbox + "/" + wrong).status, 404U) << wrong;
}

TEST_F(outbox_list_api, knows_no_mail_of_another_account_or_tenant) {
  make_tenant("other");
  make_account("acme", "sales", "azure");
  const auto ids = fill(1);
  for (const auto* base : {"/v1/tenants/acme/accounts/sales/outbox/", "/v1/tenants/other/accounts/support/outbox/"}) {
    EXPECT_EQ(writer->get(base + ids[0]).status, 404U) << base;
    ASSERT_TRUE(eventually([&] {
      return writer->send({"POST", base + ids[0] + "/cancel", {}, {}}).status == 404U;
    })) << base;
  }
  EXPECT_EQ(writer->get(outbox + "/" + ids[0]).json().at("state"), "queued");
}

TEST_F(outbox_list_api, counts_by_state) {
  const auto ids = fill(4);
  ASSERT_EQ(act(ids[0], "hold").status, 200U);
  ASSERT_EQ(act(ids[1], "cancel").status, 200U);
  const auto shown = counts();
  EXPECT_EQ(shown.at("queued"), 2);
  EXPECT_EQ(shown.at("held"), 1);
  EXPECT_EQ(shown.at("cancelled"), 1);
  for (const auto* none : {"sending", "deferred", "sent", "failed"})
    EXPECT_EQ(shown.at(none), 0) << none;
  std::int64_t bytes = 0;
  const auto page = writer->get(outbox).json();
  for (const auto& each : page.at("items").as_array())
    if (each.at("state") != "cancelled")
      bytes += each.at("size").to_number<std::int64_t>();
  EXPECT_EQ(shown.at("bytes").to_number<std::int64_t>(), bytes);
}

TEST_F(outbox_list_api, counts_nothing_where_nothing_was) {
  const auto shown = counts();
  ASSERT_EQ(shown.size(), 8U);
  for (const auto& each : shown)
    EXPECT_EQ(each.value(), 0) << each.key();
}

TEST_F(outbox_list_api, holds_releases_cancels_and_queues_again) {
  const auto id = fill(1).front();
  const auto held = act(id, "hold");
  ASSERT_EQ(held.status, 200U) << held.body;
  EXPECT_EQ(held.json().at("state"), "held");
  EXPECT_TRUE(held.json().contains("history"));
  EXPECT_EQ(act(id, "release").json().at("state"), "queued");
  EXPECT_EQ(act(id, "cancel").json().at("state"), "cancelled");
  EXPECT_EQ(act(id, "requeue").json().at("state"), "queued");
  EXPECT_THAT(outcomes(id), ElementsAre("accepted", "held", "released", "cancelled", "requeued"));
  EXPECT_EQ(counts().at("queued"), 1);
  EXPECT_EQ(counts().at("cancelled"), 0);
}

TEST_F(outbox_list_api, refuses_changes_that_make_no_sense) {
  const auto id = fill(1).front();
  for (const auto* action : {"release", "requeue"}) {
    const auto refused = act(id, action);
    EXPECT_EQ(refused.status, 409U) << action;
    EXPECT_EQ(code_of(refused), "conflict");
  }
  ASSERT_EQ(act(id, "hold").status, 200U);
  EXPECT_EQ(act(id, "hold").status, 409U);
  ASSERT_EQ(act(id, "cancel").status, 200U);
  for (const auto* action : {"cancel", "hold", "release"})
    EXPECT_EQ(act(id, action).status, 409U) << action;
  EXPECT_THAT(outcomes(id), ElementsAre("accepted", "held", "cancelled")) << "a refused change left a trace";
  EXPECT_EQ(act("m9-aabbccddeeff", "hold").status, 404U);
  EXPECT_EQ(act(id, "explode").status, 404U);
  EXPECT_EQ(writer->post(outbox + "/" + id + "/requeue", {{"a", 1}}).status, 400U) << "it takes no body";
}

TEST_F(outbox_list_api, keeps_a_mail_that_is_handed_in_held) {
  const auto accepted = submit(with(sample(), "hold", true));
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_EQ(accepted.json().at("state"), "held");
  EXPECT_EQ(counts().at("held"), 1);
  EXPECT_EQ(act(std::string{accepted.json().at("id").as_string()}, "release").json().at("state"), "queued");
}

TEST_F(outbox_list_api, answers_to_each_path_its_methods_only) {
  const auto id = fill(1).front();
  for (const auto& path : {outbox, outbox + "/" + id, account + "/outbox-counts"}) {
    const auto whole = writer->get(path);
    const auto head = writer->send({"HEAD", path, {}, {}});
    EXPECT_EQ(head.status, 200U) << path;
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), std::to_string(whole.body.size())) << path;
  }
  const std::map<std::string, std::vector<std::string>> refused{
      {outbox, {"PUT", "DELETE", "PATCH"}},
      {outbox + "/" + id, {"POST", "DELETE", "PATCH"}},
      {outbox + "/" + id + "/cancel", {"GET", "HEAD", "DELETE"}},
      {account + "/outbox-counts", {"POST"}},
      {uploads, {"GET", "HEAD", "PUT"}},
      {uploads + "/up_1", {"POST", "PATCH"}},
  };
  for (const auto& [path, methods] : refused)
    for (const auto& method : methods) {
      const auto got = writer->send({method, path, {}, {}});
      EXPECT_EQ(got.status, 405U) << method << ' ' << path;
      EXPECT_NE(got.header("allow"), "");
    }
}

TEST_F(outbox_list_api, is_described_as_it_is_shown) {
  const auto description = writer->get("/openapi.json").json();
  const auto described = [&](const char* schema) {
    return keys_of(description.at("components").at("schemas").at(schema).at("properties").as_object());
  };
  const auto accepted = submit(sample());
  const auto shown = accepted.json();
  EXPECT_EQ(keys_of(shown), described("Mail"));
  EXPECT_EQ(keys_of(shown.at("recipients").at(0).as_object()), described("Recipient"));
  const auto whole = writer->get(accepted.header("location")).json();
  EXPECT_EQ(keys_of(whole), described("MailWithHistory"));
  EXPECT_EQ(keys_of(whole.at("history").at(0).as_object()), described("Turn"));
  EXPECT_EQ(keys_of(counts()), described("OutboxCounts"));
  const auto made = writer->send({"POST", uploads, "x", {{"Content-Type", "a/b"}}});
  EXPECT_EQ(keys_of(made.json()), described("Upload"));
  // What the document may hold: of each field that is described, none is unknown.
  for (const auto& field : described("MailInput")) {
    const auto tried = submit(with(sample(), field, boost::json::object{{"no_such_member", 1}}));
    EXPECT_EQ(tried.body.find("is not a field of a mail\",\"instance"), std::string::npos) << field;
    EXPECT_FALSE(complains(tried, field, "is not a field of a mail")) << field;
  }
}

/// The account is switched on, but nobody answers.
class outbox_unreachable_api : public outbox_list_api {
protected:
  void SetUp() override {
    outbox_list_api::SetUp();
    make_grant("acme", "andrea", "azure");
    ASSERT_EQ(writer->patch(account, {{"grant", "andrea"}, {"active", true}}, "*").status, 200U);
  }
};

TEST_F(outbox_unreachable_api, keeps_a_mail_and_says_why_it_is_not_sent) {
  const auto accepted = submit(sample());
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  const auto shown = [&] { return writer->get(accepted.header("location")).json(); };
  ASSERT_TRUE(eventually([&] { return shown().at("state") == "deferred"; })) << boost::json::value(shown());
  const auto mail = shown();
  EXPECT_TRUE(mail.at("next_try").is_string());
  const auto& why = mail.at("last_error").as_object();
  const auto description = writer->get("/openapi.json").json();
  const auto& schema = description.at("components").at("schemas").at("Mail").at("properties").at("last_error");
  EXPECT_EQ(keys_of(why), keys_of(schema.at("properties").as_object()));
  EXPECT_EQ(counts().at("deferred"), 1);
  EXPECT_EQ(act(std::string{mail.at("id").as_string()}, "cancel").json().at("state"), "cancelled");
  const auto events = writer->get("/v1/tenants/acme/events").json();
  ASSERT_EQ(events.at("items").as_array().size(), 1U);
  const auto& event = events.at("items").at(0).as_object();
  EXPECT_EQ(event.at("type"), "outbox.deferred");
  EXPECT_EQ(event.at("subject"), mail.at("id"));
  EXPECT_EQ(event.at("data").at("message_id"), mail.at("message_id"));
  EXPECT_EQ(event.at("data").at("state"), "deferred");
}

} // namespace
} // namespace postroom::api::test
