#include "tests/api/support/object_checks.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

const std::string collection = "/v1/tenants/acme/accounts";

class accounts_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    make_grant("acme", "andrea", "azure");
    writer.emplace(as(scope::write));
  }

  static boost::json::object fields() {
    return {{"id", "support"},
            {"name", "Support"},
            {"key", "SUPè1"},
            {"email", "support@contoso.example"},
            {"list", "customers"},
            {"active", false},
            {"service", "outlook365"},
            {"modern_authentication", true},
            {"username", "support@contoso.example"},
            {"provider", "azure"},
            {"delegate", "andrea@contoso.example"},
            {"description", "First line\nand the second"},
            {"transport", "imap_smtp"},
            {"grant", "andrea"},
            {"folder", "INBOX/Tickets"},
            {"catch_up", "since"},
            {"catch_up_since", "2026-01-02T03:04:05.678Z"},
            {"in_doubt", "hold"},
            {"upn", "support@corp.contoso.example"}};
  }
  object_sample sample() { return {storage::object_kind::account, collection, fields(), *writer}; }
  std::vector<std::string> errors_with(const std::string& name, boost::json::value value) {
    return errors_of(writer->post(collection, with(fields(), name, std::move(value))));
  }

  std::optional<client> writer;
};

TEST_F(accounts_api, round_trips_every_field) {
  for (const auto& rule : storage::fields_of(storage::object_kind::account))
    EXPECT_TRUE(fields().contains(rule.name)) << rule.name << " is missing in the sample";
  expect_round_trip(sample());
  expect_null_resets(sample(), "grant", "");
  expect_null_resets(sample(), "folder", "INBOX");
  expect_null_resets(sample(), "transport", "auto");
  expect_null_resets(sample(), "catch_up", "new");
  expect_null_resets(sample(), "catch_up_since", nullptr);
  expect_null_resets(sample(), "service", "outlook365");
  expect_null_resets(sample(), "in_doubt", "resend");
}

TEST_F(accounts_api, starts_out_with_defaults) {
  const auto made =
      writer->post(collection, {{"name", "Sales"}, {"email", "sales@contoso.example"}, {"provider", "azure"}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto shown = made.json();
  EXPECT_EQ(shown.at("active"), true);
  EXPECT_EQ(shown.at("modern_authentication"), true);
  EXPECT_EQ(shown.at("service"), "outlook365");
  EXPECT_EQ(shown.at("folder"), "INBOX");
  EXPECT_EQ(shown.at("catch_up"), "new");
  EXPECT_EQ(shown.at("transport"), "auto");
  EXPECT_EQ(shown.at("in_doubt"), "resend");
}

TEST_F(accounts_api, refuses_what_is_not_an_account) {
  expect_wrong_types_refused(sample());
  expect_required_fields(sample());
  expect_bad_texts_refused(sample());
  expect_typo_explained(sample(), "emial", "email");
  EXPECT_THAT(errors_with("email", "support"), ElementsAre("email: is not an email address"));
  EXPECT_THAT(errors_with("key", "SUPPORT"), ElementsAre("key: may have at most 5 characters"));
  EXPECT_THAT(errors_with("catch_up_since", nullptr), ElementsAre("catch_up_since: is required for catch_up since"));
  EXPECT_THAT(errors_with("service", "gmail"), Contains(StartsWith("service: is not the provider's type")));
  EXPECT_THAT(errors_with("modern_authentication", false), Contains(StartsWith("modern_authentication: ")));
}

TEST_F(accounts_api, tells_all_that_is_wrong_at_once) {
  auto body = with(with(fields(), "email", "support"), "key", "SUPPORT");
  body.emplace("colour", "red");
  const auto refused = writer->post(collection, body);
  EXPECT_EQ(errors_of(refused).size(), 1U) << "names come first";
  body.erase("colour");
  EXPECT_EQ(errors_of(writer->post(collection, body)).size(), 2U);
}

TEST_F(accounts_api, refers_to_what_exists_in_its_tenant) {
  make_tenant("other");
  make_provider("other", "google");
  EXPECT_THAT(errors_with("provider", "google"), Contains("provider: there is no provider 'google'"));
  EXPECT_THAT(errors_with("grant", "nobody"), ElementsAre("grant: there is no grant 'nobody'"));
  make_provider("acme", "second");
  make_grant("acme", "bea", "second");
  EXPECT_THAT(errors_with("grant", "bea"), ElementsAre("grant: belongs to another provider"));
  EXPECT_EQ(writer->post("/v1/tenants/nowhere/accounts", fields()).status, 404U);
}

TEST_F(accounts_api, guards_changes_by_revision) {
  ASSERT_EQ(writer->post(collection, fields()).status, 201U);
  expect_revisions_guarded(sample());
}

TEST_F(accounts_api, knows_no_account_of_another_tenant) {
  make_tenant("other");
  ASSERT_EQ(writer->post(collection, fields()).status, 201U);
  EXPECT_EQ(writer->get("/v1/tenants/other/accounts/support").status, 404U);
  EXPECT_EQ(writer->get("/v1/tenants/other/accounts/support/status").status, 404U);
  EXPECT_THAT(ids_of(writer->get("/v1/tenants/other/accounts")), testing::IsEmpty());
}

TEST_F(accounts_api, reaches_the_running_gateway_with_a_change) {
  ASSERT_EQ(writer->post(collection, fields()).status, 201U);
  const auto status = [&] { return writer->get(collection + "/support/status").json(); };
  EXPECT_TRUE(eventually([&] { return !status().at("since").is_null(); })) << "no actor knows the account";
  EXPECT_EQ(status().at("state"), "inactive");
  ASSERT_EQ(writer->patch(collection + "/support", {{"active", true}}, "*").status, 200U);
  EXPECT_TRUE(eventually([&] { return status().at("state") != "inactive"; }));
  EXPECT_TRUE(eventually([&] { return !status().at("last_error").is_null(); })) << "nobody tried to connect";
  const auto why = status().at("last_error").as_object();
  for (const auto* member : {"code", "detail", "cause", "meaning", "who_acts", "remedy"})
    EXPECT_TRUE(why.contains(member)) << member;
  ASSERT_EQ(writer->remove(collection + "/support", "*").status, 204U);
  EXPECT_EQ(writer->get(collection + "/support/status").status, 404U);
}

TEST_F(accounts_api, shows_the_same_status_alone_and_in_a_list) {
  ASSERT_EQ(writer->post(collection, fields()).status, 201U);
  ASSERT_EQ(writer->post(collection, with(fields(), "id", "a_second")).status, 201U);
  const auto alone = [&] { return boost::json::value(writer->get(collection + "/support").json()); };
  const auto listed = [&] { return writer->get(collection).json().at("items").at(1); };
  ASSERT_TRUE(eventually([&] { return alone().at("status").at("since").is_string(); })) << "no actor knows it";
  EXPECT_EQ(listed(), alone());
}

} // namespace
} // namespace postroom::api::test
