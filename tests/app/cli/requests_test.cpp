#include "app/cli/field_options.hpp"
#include "app/cli/http_port.hpp"
#include "app/cli/outbox_options.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

/// From arguments to requests: no network.
namespace postroom::app::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct requests : testing::Test {
  test::fake_gateway gateway;

  boost::json::value body() { return boost::json::parse(gateway.call().body); }
};

TEST_F(requests, name_method_path_and_tenant) {
  EXPECT_EQ(gateway.run({"provider", "show", "azure", "--tenant", "acme"}), 0);
  EXPECT_EQ(gateway.call().method, "GET");
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure?tenant=acme");
  EXPECT_EQ(gateway.run({"tenant", "show", "acme", "--tenant", "acme"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/tenants/acme") << "tenants belong to none";
  EXPECT_EQ(gateway.run({"account", "status", "a/b ü"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/a%2fb%20%c3%bc/status");
  EXPECT_EQ(gateway.run({"account", "remove", "support"}), 0);
  EXPECT_EQ(gateway.call().method, "DELETE");
  EXPECT_EQ(gateway.header("If-Match"), "*");
  EXPECT_EQ(gateway.run({"account", "remove", "support", "--if-revision", "7"}), 0);
  EXPECT_EQ(gateway.header("If-Match"), "\"7\"");
  EXPECT_EQ(gateway.run({"token", "revoke", "t1"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/tokens/t1");
}

TEST_F(requests, carry_the_fields_in_their_types) {
  EXPECT_EQ(gateway.run({"provider", "add", "azure", "--name", "Contoso", "--service", "microsoft_azure", "--imap-port",
                         "993", "--provider-ca-file", "/ca.pem"}),
            0);
  EXPECT_EQ(gateway.call().method, "POST");
  EXPECT_EQ(body(), boost::json::parse(R"({"id":"azure","name":"Contoso","service":"microsoft_azure","imap_port":993,)"
                                       R"("ca_file":"/ca.pem"})"));
  EXPECT_EQ(
      gateway.run({"account", "set", "support", "--active", "false", "--description", "", "--clear", "catch_up_since"}),
      0);
  EXPECT_EQ(gateway.call().method, "PATCH");
  EXPECT_EQ(body(), boost::json::parse(R"({"active":false,"description":"","catch_up_since":null})"));
}

TEST_F(requests, leave_it_to_the_gateway_to_judge_values) {
  EXPECT_EQ(gateway.run({"provider", "set", "azure", "--imap-port", "many"}), 0);
  EXPECT_EQ(body(), boost::json::parse(R"({"imap_port":"many"})"));
}

TEST_F(requests, take_secrets_from_files_and_variables_only) {
  gateway.in.str("s3cret\n");
  EXPECT_EQ(gateway.run({"provider", "set", "azure", "--client-secret-file", "-"}), 0);
  EXPECT_EQ(body(), boost::json::parse(R"({"client_secret":"s3cret"})"));
  gateway.environment["SECRET"] = "other";
  EXPECT_EQ(gateway.run({"provider", "set", "azure", "--client-secret-env", "SECRET"}), 0);
  EXPECT_EQ(body(), boost::json::parse(R"({"client_secret":"other"})"));
  EXPECT_EQ(gateway.run({"provider", "set", "azure", "--client-secret-env", "UNSET"}), 2);
  EXPECT_EQ(gateway.run({"provider", "set", "azure", "--client-secret", "seen by all"}), 2);
}

TEST_F(requests, offer_an_option_for_every_field_of_the_schema) {
  for (const auto kind : {storage::object_kind::tenant, storage::object_kind::provider, storage::object_kind::grant,
                          storage::object_kind::account}) {
    EXPECT_EQ(gateway.run({std::string{to_string(kind)}, "add", "--help"}), 0);
    for (const auto& rule : storage::fields_of(kind)) {
      if (rule.name == "id")
        continue;
      const bool from_file = rule.kind == storage::field_kind::secret ||
                             (rule.kind == storage::field_kind::lines && rule.name != "description");
      EXPECT_THAT(gateway.out.str(), HasSubstr("  " + option_of(kind, rule.name) + (from_file ? "-file " : " ")));
    }
  }
}

TEST_F(requests, that_make_no_sense_are_not_sent) {
  EXPECT_EQ(gateway.run({"account", "set", "support"}), 2);
  EXPECT_EQ(gateway.run({"account", "set", "support", "--clear", "nothing"}), 2);
  EXPECT_EQ(gateway.run({"account", "show"}), 2);
  EXPECT_EQ(gateway.run({"account"}), 2);
  EXPECT_EQ(gateway.run({"nonsense"}), 2);
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "a", "--header", "no colon"}), 2);
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "a", "--raw", "x", "--to", "a@b"}), 2);
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "a", "--text", "x", "--text-file", "y"}), 2);
  EXPECT_TRUE(gateway.asked.empty());
}

TEST_F(requests, page_through_lists) {
  gateway.answer(200, R"({"items":[{"id":"a"},{"id":"b"}],"next":"b"})");
  gateway.answer(200, R"({"items":[{"id":"c","status":{"state":"idle"}}],"next":null})");
  EXPECT_EQ(gateway.run({"account", "list"}), 0);
  ASSERT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/accounts?limit=500");
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/accounts?limit=500&after=b");
  EXPECT_THAT(gateway.out.str(), StartsWith("ID  NAME  EMAIL  STATE  IN STEP  CONFIRMED  ERROR\na   -"));
  EXPECT_THAT(gateway.out.str(), HasSubstr("\nc   -     -      idle   -"));
}

TEST_F(requests, print_one_item_a_line_for_scripts) {
  gateway.answer(200, R"({"items":[{"id": "a"},{"id": "b"}],"next":"b"})");
  gateway.answer(200, R"({"items":[{"id": "c"}],"next":"c"})");
  EXPECT_EQ(gateway.run({"token", "list", "--json", "--limit", "3"}), 0);
  EXPECT_EQ(gateway.out.str(), "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n");
  EXPECT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/tokens?limit=1&after=b");
}

TEST_F(requests, make_a_token_over_the_api_when_a_url_is_named) {
  gateway.answer(201, R"({"id":"x","token":"postroom_new"})");
  EXPECT_EQ(gateway.run({"token", "create", "--url", "http://localhost:1", "--days", "2", "--scope", "write", "--note",
                         "n", "--tenant", "acme"}),
            0);
  EXPECT_EQ(gateway.out.str(), "postroom_new\n");
  EXPECT_EQ(gateway.reached.back().port, 1);
  EXPECT_EQ(target_of(gateway.call()), "/v1/tokens");
  EXPECT_EQ(body(), boost::json::parse(R"({"scopes":["write"],"note":"n","tenant":"acme",)"
                                       R"("expires":"2026-11-26T00:00:00.000Z"})"));
}

TEST_F(requests, hand_in_a_mail_with_its_attachments) {
  gateway.answer(201, R"({"id":"up1"})");
  gateway.answer(202, R"({"id":"m1","state":"queued"})");
  gateway.in.str("Hello\n");
  EXPECT_EQ(gateway.run({"outbox",      "send",
                         "--account",   "support",
                         "--from",      "me@b",
                         "--to",        "Anna Müller <anna@example.com>",
                         "--to",        "b@c",
                         "--cc",        "c@d",
                         "--subject",   "Grüße",
                         "--text-file", "-",
                         "--attach",    "/tmp/Offer 1.PDF",
                         "--header",    "X-Ticket: 42",
                         "--reply",     "msg_1",
                         "--reply-all", "--hold"}),
            0);
  ASSERT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/uploads?filename=Offer%201.PDF");
  EXPECT_EQ(gateway.asked[0].content_type, "application/pdf");
  EXPECT_EQ(gateway.asked[0].body_file, "/tmp/Offer 1.PDF");
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/support/outbox");
  EXPECT_EQ(body(), boost::json::parse(R"({"from":{"address":"me@b"},"to":[{"name":"Anna Müller",)"
                                       R"("address":"anna@example.com"},"b@c"],"cc":["c@d"],"subject":"Grüße",)"
                                       R"("text":"Hello\n","attachments":[{"upload":"up1"}],)"
                                       R"("headers":{"X-Ticket":"42"},"reply":{"message":"msg_1","all":true},)"
                                       R"("hold":true})"));
}

TEST_F(requests, repeat_a_mail_with_the_same_key_so_that_it_is_sent_once) {
  gateway.answers.emplace_back(fail(errc::connection_lost, "gone"));
  gateway.answers.emplace_back(fail(errc::connect_failed, "not there yet"));
  gateway.answer(202, R"({"id":"m1"})");
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "support", "--to", "a@b", "--text", "x"}), 0);
  ASSERT_EQ(gateway.asked.size(), 3U);
  EXPECT_EQ(gateway.pauses.size(), 2U);
  const auto key = gateway.asked[0].headers;
  EXPECT_FALSE(gateway.header("Idempotency-Key").empty());
  EXPECT_EQ(gateway.asked[1].headers, key);
  EXPECT_EQ(gateway.asked[2].headers, key);
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "support", "--to", "a@b", "--text", "x"}), 0);
  EXPECT_NE(gateway.call().headers, key) << "another run is another mail";
}

TEST_F(requests, tell_how_to_hand_in_the_same_mail_again) {
  for (int i = 0; i < tries_max; ++i)
    gateway.answers.emplace_back(fail(errc::connection_lost, "gone"));
  EXPECT_EQ(gateway.run({"outbox", "send", "--account", "support", "--raw", "/tmp/x.eml", "--idempotency-key", "k1"}),
            6);
  EXPECT_EQ(gateway.asked.size(), static_cast<std::size_t>(tries_max));
  EXPECT_EQ(gateway.call().content_type, "message/rfc822");
  EXPECT_THAT(gateway.err.str(), HasSubstr("--idempotency-key k1"));
}

TEST_F(requests, that_would_do_something_twice_are_not_repeated) {
  gateway.answers.emplace_back(fail(errc::connection_lost, "gone"));
  EXPECT_EQ(gateway.run({"account", "add", "--name", "x"}), 6);
  EXPECT_EQ(gateway.asked.size(), 1U);
}

TEST_F(requests, change_several_mails_whatever_becomes_of_one) {
  gateway.answer(409, R"({"code":"conflict","detail":"it is sent"})");
  gateway.answer(200, R"({"id":"m2"})");
  EXPECT_EQ(gateway.run({"outbox", "cancel", "--account", "support", "m1", "m2"}), 5);
  ASSERT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/accounts/support/outbox/m1/cancel");
  EXPECT_EQ(gateway.asked[0].method, "POST");
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/accounts/support/outbox/m2/cancel");
  EXPECT_EQ(gateway.run({"outbox", "show", "--account", "support", "m1"}), 0);
  EXPECT_EQ(gateway.call().method, "GET");
  EXPECT_EQ(gateway.run({"outbox", "counts", "--account", "support"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/support/outbox-counts");
  EXPECT_EQ(gateway.run({"outbox", "list", "--account", "support", "--state", "failed"}), 1)
      << "an empty object is not a list";
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/support/outbox?state=failed&limit=100");
}

TEST_F(requests, ask_for_health_once_and_without_tenant) {
  gateway.answer(503, R"({"ready":false,"store":"ok"})");
  EXPECT_EQ(gateway.run({"health", "--tenant", "x"}), 6);
  EXPECT_EQ(target_of(gateway.call()), "/readyz");
  EXPECT_THAT(gateway.out.str(), HasSubstr("ready  no"));
  gateway.answer(200, R"({"ready":true})");
  EXPECT_EQ(gateway.run({"health", "--json"}), 0);
  EXPECT_EQ(gateway.out.str(), "{\"ready\":true}\n");
  gateway.asked.clear();
  gateway.answers.emplace_back(fail(errc::timeout, "late"));
  EXPECT_EQ(gateway.run({"health"}), 6);
  EXPECT_EQ(gateway.asked.size(), 1U);
}

} // namespace
} // namespace postroom::app::cli
