#include "protocol/knowledge/entry.hpp"
#include "tests/integration/support/outgoing.hpp"
#include "tests/integration/support/stand_in_office.hpp"
#include "tests/integration/support/toml_block.hpp"
#include "tests/support/token_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>

/// What identity platforms refuse, row by row of the table of known errors: each comes to a mailbox of its own as the
/// table has it.
namespace postroom::test {
namespace {

using knowledge::entry;
using knowledge::origin;

/// The number of a row with one.
std::int64_t number_of(const entry& row) {
  constexpr std::string_view prefix = "AADSTS";
  std::int64_t number = 0;
  if (row.key.starts_with(prefix))
    std::from_chars(row.key.data() + prefix.size(), row.key.data() + row.key.size(), number);
  return number;
}

/// Rows without a number that the stand-in cannot be told to answer: an endpoint of the test says these words.
const std::map<std::string_view, planned_answer>& spoken() {
  const auto says = [](std::string_view error) {
    return planned_answer{400, R"({"error":")" + std::string{error} + R"("})"};
  };
  const auto whispers = [](std::string_view suberror) {
    return planned_answer{400, R"({"error":"invalid_grant","suberror":")" + std::string{suberror} + R"("})"};
  };
  static const auto all = [&] {
    std::map<std::string_view, planned_answer> out;
    for (const auto* word :
         {"bad_token", "token_expired", "basic_action", "additional_action", "message_only", "user_password_expired",
          "protection_policy_required", "client_mismatch", "device_authentication_failed"})
      out[word] = whispers(word);
    for (const auto* word : {"invalid_client",
                             "unauthorized_client",
                             "deleted_client",
                             "org_internal",
                             "redirect_uri_mismatch",
                             "consent_required",
                             "interaction_required",
                             "login_required",
                             "account_selection_required",
                             "access_denied",
                             "authorization_declined",
                             "admin_policy_enforced",
                             "authorization_pending",
                             "slow_down",
                             "expired_token",
                             "bad_verification_code",
                             "temporarily_unavailable",
                             "server_error",
                             "internal_failure",
                             "rate_limit_exceeded",
                             "invalid_tenant",
                             "invalid_request",
                             "invalid_scope",
                             "invalid_resource",
                             "unsupported_grant_type",
                             "unsupported_response_type"})
      out[word] = says(word);
    out["invalid_rapt"] = {400, R"({"error":"invalid_grant","error_subtype":"invalid_rapt"})"};
    out["identity.not_there"] = {404, "<html>There is nothing here.</html>", "text/html"};
    out["identity.unknown"] = says("a_word_of_tomorrow");
    return out;
  }();
  return all;
}

class token_errors_test : public testing::Test {
protected:
  token_errors_test() {
    for (const auto* row : knowledge::all())
      if (row->from == origin::identity)
        rows.push_back(row);
    office = std::make_unique<stand_in_office>(
        [this](sim::scenario& plan) { plan.tenants.front().delegates = plan.tenants.front().mailboxes = rows.size(); });
    office->speak_of("default");
  }

  [[nodiscard]] static std::string name_of(std::size_t number) { return "row-" + std::to_string(number); }
  [[nodiscard]] const std::string& upn(std::size_t number) const { return office->facts().delegates.at(number).upn; }

  /// The token endpoint that will refuse the row's sign-in; empty: nobody can be told to.
  std::string provoke(std::size_t number) {
    const auto& row = *rows[number];
    constexpr std::int64_t unheard_of = 9'999'999; // invalid_grant, at the stand-in
    if (const auto code = row.key == "invalid_grant" ? unheard_of : number_of(row))
      office->strike(sim::fault_kind::token_error, {upn(number)}, code);
    else if (row.key == "identity.throttled")
      office->strike(sim::fault_kind::token_throttled, {upn(number)}, 60);
    else if (row.key == "identity.server_fault")
      office->strike(sim::fault_kind::token_down, {upn(number)});
    else
      return from_script(row.key);
    return office->facts().token_url;
  }
  std::string from_script(std::string_view key) {
    const auto found = spoken().find(key);
    if (found == spoken().end())
      return {};
    auto& endpoint = scripts.emplace_back(std::make_unique<token_endpoint>(issuer));
    constexpr std::size_t more_than_retries = 40;
    for (std::size_t i = 0; i < more_than_retries; ++i)
      endpoint->plan(found->second);
    return endpoint->token_url();
  }
  /// A provider, a sign-in and an account of its own for the row.
  [[nodiscard]] std::string configuration_of(std::size_t number, const std::string& endpoint) const {
    const auto& facts = office->facts();
    const auto& person = facts.delegates.at(number);
    const auto name = name_of(number);
    return toml_block{"provider"}
               .set("id", name)
               .set("name", name)
               .set("service", "microsoft_azure")
               .set("application_id", facts.client_id)
               .set("directory_id", facts.tenant_id)
               .set("client_secret", facts.client_secret.expose())
               .set("token_endpoint", endpoint)
               .set("graph_endpoint", facts.graph_url)
               .set("imap_host", "localhost")
               .set("imap_port", facts.imap_port)
               .set("smtp_host", "localhost")
               .set("smtp_port", facts.smtp_port)
               .set("ca_file", office->servers().ca_file().string())
               .text() +
           toml_block{"grant"}
               .set("id", name)
               .set("provider", name)
               .set("delegate", person.upn)
               .set("refresh_token", person.refresh_token.expose())
               .text() +
           toml_block{"account"}
               .set("id", name)
               .set("name", name)
               .set("email", person.mailboxes.front())
               .set("username", person.mailboxes.front())
               .set("provider", name)
               .set("grant", name)
               .set("list", "customers")
               .text();
  }

  /// An error as the API shows it, against its row.
  static void expect_row(const boost::json::value& shown, const entry& row) {
    ASSERT_TRUE(shown.is_object()) << row.key << " is not shown";
    const auto& as = shown.get_object();
    // The platform's way to say "later" has a code of its own.
    const bool throttled = row.key == "identity.throttled" || row.key == "AADSTS90055";
    EXPECT_EQ(text_of(as, "cause"), row.key) << boost::json::serialize(shown);
    EXPECT_EQ(text_of(as, "code"), to_string(throttled ? errc::throttled : row.code)) << row.key;
    EXPECT_EQ(text_of(as, "meaning"), row.meaning) << row.key;
    EXPECT_EQ(text_of(as, "remedy"), row.remedy) << row.key;
    EXPECT_EQ(text_of(as, "who_acts"), to_string(row.who)) << row.key;
  }
  /// Of the application, or of its only sign-in.
  boost::json::value failure_of(std::size_t number) {
    const auto status = office->get("/v1/providers/" + name_of(number) + "/status");
    return status.at("failure").is_object() ? status.at("failure") : status.at("grants").at(0).at("failure");
  }

  std::vector<const entry*> rows;
  jwt_issuer issuer;
  std::unique_ptr<stand_in_office> office;
  std::vector<std::unique_ptr<token_endpoint>> scripts;
};

TEST_F(token_errors_test, come_to_the_mailbox_as_the_table_has_them) {
  std::string toml = office->configuration({});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto endpoint = provoke(i);
    ASSERT_FALSE(endpoint.empty()) << "nobody says " << rows[i]->key << ": tell the test how to provoke it";
    toml += configuration_of(i, endpoint);
  }
  EXPECT_GT(rows.size(), 120U);
  office->configure(toml);
  office->start();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto status = "/v1/accounts/" + name_of(i) + "/status";
    ASSERT_TRUE(wait_until([&] { return office->get(status).at("last_error").is_object(); }, 20s)) << rows[i]->key;
    expect_row(office->get(status).at("last_error"), *rows[i]);
    expect_row(failure_of(i), *rows[i]);
  }
}

} // namespace
} // namespace postroom::test
