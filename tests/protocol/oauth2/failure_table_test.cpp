#include "protocol/oauth2/failure.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using enum failure_class;

verdict of(unsigned status, std::string_view error, std::string_view suberror = {},
           std::vector<std::uint32_t> codes = {}) {
  return classify({status, error, suberror, codes});
}

struct row {
  std::uint32_t number;
  std::string_view error;
  failure_class expected;
};

// The numbers a mail gateway meets, with the `error` they were seen with.
const row seen[] = {
    {7000215, "invalid_client", app_broken},
    {7000222, "invalid_client", app_broken},
    {7000218, "invalid_request", app_broken},
    {700025, "invalid_client", app_broken},
    {700027, "invalid_client", app_broken},
    {700024, "invalid_client", app_broken},
    {50012, "invalid_client", app_broken},
    {500133, "invalid_grant", app_broken},
    {700016, "unauthorized_client", app_broken},
    {700005, "invalid_grant", app_broken},
    {7000112, "unauthorized_client", app_broken},
    {70001, "unauthorized_client", app_broken},
    {90002, "invalid_request", app_broken},
    {50194, "invalid_request", app_broken},
    {500011, "invalid_resource", app_broken},
    {650052, "invalid_resource", app_broken},
    {50011, "invalid_request", app_broken},
    {900382, "invalid_request", app_broken},
    {900432, "invalid_request", app_broken},
    {9002313, "invalid_grant", app_broken},
    {900144, "invalid_request", app_broken},
    {70011, "invalid_scope", app_broken},
    {28000, "invalid_request", app_broken},
    {700022, "invalid_request", app_broken},
    {1002012, "invalid_scope", app_broken},
    {700054, "unsupported_response_type", app_broken},
    {700082, "invalid_grant", grant_dead},
    {70008, "invalid_grant", grant_dead},
    {70043, "invalid_grant", grant_dead},
    {700084, "invalid_grant", grant_dead},
    {50173, "invalid_grant", grant_dead},
    {70000, "invalid_grant", grant_dead},
    {54005, "invalid_grant", grant_dead},
    {50089, "invalid_grant", grant_dead},
    {50132, "invalid_grant", grant_dead},
    {50133, "invalid_grant", grant_dead},
    {9002341, "interaction_required", grant_dead},
    {50078, "invalid_grant", grant_dead},
    {50076, "invalid_grant", user_must_act},
    {50074, "invalid_grant", user_must_act},
    {50079, "invalid_grant", user_must_act},
    {50072, "interaction_required", user_must_act},
    {50158, "interaction_required", user_must_act},
    {65001, "invalid_grant", user_must_act},
    {65004, "access_denied", user_must_act},
    {90094, "access_denied", user_must_act},
    {90095, "access_denied", user_must_act},
    {50055, "invalid_grant", user_must_act},
    {50058, "login_required", user_must_act},
    {16000, "interaction_required", user_must_act},
    {16001, "interaction_required", user_must_act},
    {53003, "invalid_grant", policy},
    {53000, "invalid_grant", policy},
    {530003, "invalid_grant", policy},
    {53001, "invalid_grant", policy},
    {530032, "invalid_grant", policy},
    {530034, "invalid_grant", policy},
    {530035, "invalid_grant", policy},
    {50105, "invalid_grant", policy},
    {50057, "invalid_grant", policy},
    {50053, "invalid_grant", policy},
    {50034, "invalid_grant", policy},
    {50020, "invalid_grant", policy},
    {90072, "invalid_grant", policy},
    {50126, "invalid_grant", policy},
    {700003, "invalid_grant", policy},
    {135011, "invalid_grant", policy},
    {5000224, "invalid_request", policy},
    {5000225, "invalid_request", policy},
    {90033, "temporarily_unavailable", transient},
    {90055, "temporarily_unavailable", transient},
    {90006, "server_error", transient},
    {90012, "server_error", transient},
    {90024, "server_error", transient},
    {90090, "server_error", transient},
    {50033, "temporarily_unavailable", transient},
    {50087, "temporarily_unavailable", transient},
    {50196, "invalid_grant", transient},
};

TEST(failure_table, knows_the_numbers) {
  for (const auto& r : seen) {
    const auto v = of(400, r.error, {}, {r.number});
    EXPECT_EQ(to_string(v.kind), to_string(r.expected)) << r.number;
    EXPECT_TRUE(v.advice.ends_with('.') && v.advice.size() > 10) << r.number;
    EXPECT_FALSE(v.delete_grant) << r.number;
    EXPECT_EQ(v.cause, "AADSTS" + std::to_string(r.number));
  }
}

TEST(failure_table, names_the_row_by_what_decided) {
  EXPECT_EQ(of(401, "invalid_client", {}, {7000222}).cause, "AADSTS7000222");
  EXPECT_EQ(of(400, "invalid_grant", "message_only", {99}).cause, "message_only");
  EXPECT_EQ(of(400, "invalid_grant", "unheard_of", {99}).cause, "invalid_grant");
  EXPECT_EQ(of(400, "invalid_grant", "invalid_rapt").cause, "invalid_rapt");
  EXPECT_EQ(of(401, "deleted_client").cause, "deleted_client");
  EXPECT_EQ(of(403, "org_internal").cause, "org_internal");
  EXPECT_EQ(of(400, "admin_policy_enforced").cause, "admin_policy_enforced");
  EXPECT_EQ(of(429, "invalid_grant").cause, "identity.throttled");
  EXPECT_EQ(of(502, "").cause, "identity.server_fault");
  EXPECT_EQ(of(503, "", {}, {90033}).cause, "AADSTS90033");
  EXPECT_EQ(of(404, "").cause, "identity.not_there");
  EXPECT_EQ(of(400, "brand_new_error").cause, "identity.unknown");
}

TEST(failure_table, takes_nothing_for_a_word_that_is_only_a_key) {
  EXPECT_EQ(of(400, "AADSTS7000222", "imap.not_connected").cause, "identity.unknown");
  EXPECT_EQ(of(400, "invalid_grant", "invalid_client").cause, "invalid_grant");
}

TEST(failure_table, has_a_class_for_every_row_of_an_identity_platform) {
  for (const auto* each : knowledge::all()) {
    if (each->from != knowledge::origin::identity || !each->key.starts_with("AADSTS"))
      continue;
    const auto number = static_cast<std::uint32_t>(std::stoul(std::string{each->key.substr(6)}));
    const auto v = of(400, "something", {}, {number});
    EXPECT_EQ(to_string(v.kind), each->kind) << each->key;
    EXPECT_EQ(v.code, each->code) << each->key;
    EXPECT_EQ(v.who, each->who) << each->key;
    EXPECT_EQ(v.advice, each->remedy) << each->key;
  }
}

TEST(failure_table, gives_its_errors_their_cause) {
  token_failure failure;
  failure.code = errc::app_misconfigured;
  failure.error = "invalid_client";
  failure.cause = "AADSTS7000222";
  EXPECT_EQ(to_error(failure).cause, "AADSTS7000222");
  EXPECT_EQ(to_error(failure).detail, "invalid_client");
}

TEST(failure_table, gives_each_class_its_code) {
  EXPECT_EQ(of(401, "invalid_client").code, errc::app_misconfigured);
  EXPECT_EQ(of(400, "invalid_grant").code, errc::grant_dead);
  EXPECT_EQ(of(400, "interaction_required").code, errc::user_action_required);
  EXPECT_EQ(of(400, "access_denied").code, errc::blocked_by_policy);
  EXPECT_EQ(of(400, "server_error").code, errc::identity_unavailable);
  EXPECT_EQ(of(429, "").code, errc::throttled);
}

TEST(failure_table, knows_the_errors_without_a_number) {
  EXPECT_EQ(of(400, "unauthorized_client").kind, app_broken);
  EXPECT_EQ(of(400, "consent_required").kind, user_must_act);
  EXPECT_EQ(of(400, "login_required").kind, user_must_act);
  EXPECT_EQ(of(400, "temporarily_unavailable").kind, transient);
  for (const char* e : {"invalid_request", "invalid_scope", "invalid_resource", "unsupported_grant_type"})
    EXPECT_EQ(of(400, e).kind, app_broken) << e;
}

TEST(failure_table, an_unknown_number_leaves_it_to_the_error) {
  const auto v = of(400, "invalid_grant", {}, {123456789});
  EXPECT_EQ(v.kind, grant_dead);
  EXPECT_EQ(v.retry, retry::once); // may be a false alarm: the token is kept
  EXPECT_EQ(v.retry_not_before, std::chrono::seconds{60});
  EXPECT_FALSE(v.delete_grant);
}

TEST(failure_table, the_first_known_number_decides) {
  EXPECT_EQ(of(400, "invalid_grant", {}, {70002, 500133}).kind, app_broken);
  EXPECT_EQ(of(401, "invalid_client", {}, {7000222}).who, actor_role::operators);
}

TEST(failure_table, suberrors_refine_errors) {
  EXPECT_EQ(of(400, "invalid_grant", "message_only").kind, policy);
  EXPECT_EQ(of(400, "invalid_grant", "basic_action").kind, user_must_act);
  EXPECT_EQ(of(400, "invalid_grant", "additional_action").kind, user_must_act);
  EXPECT_EQ(of(400, "invalid_grant", "consent_required").kind, user_must_act);
  EXPECT_EQ(of(400, "invalid_grant", "user_password_expired").kind, user_must_act);
  for (const char* s : {"protection_policy_required", "client_mismatch", "device_authentication_failed"})
    EXPECT_EQ(of(400, "invalid_grant", s).kind, policy) << s;
  EXPECT_EQ(of(400, "invalid_grant", "something_new").kind, grant_dead);
}

TEST(failure_table, only_two_suberrors_delete_the_grant) {
  EXPECT_TRUE(of(400, "invalid_grant", "bad_token", {700082}).delete_grant);
  EXPECT_TRUE(of(400, "invalid_grant", "token_expired", {70043}).delete_grant);
  EXPECT_TRUE(of(400, "invalid_grant", "bad_token").delete_grant);
  EXPECT_FALSE(of(400, "invalid_grant", "message_only", {53003}).delete_grant);
  EXPECT_FALSE(of(503, "invalid_grant", "bad_token", {700082}).delete_grant);
}

TEST(failure_table, a_server_in_trouble_proves_nothing) {
  for (const unsigned status : {429U, 500U, 502U, 503U, 504U}) {
    EXPECT_EQ(of(status, "invalid_grant", "bad_token", {700082}).kind, transient);
    EXPECT_EQ(of(status, "invalid_client", {}, {7000215}).kind, transient);
  }
  EXPECT_EQ(of(503, "temporarily_unavailable", {}, {90033}).retry_not_before, std::chrono::seconds{30});
  EXPECT_EQ(of(503, "temporarily_unavailable", {}, {90055}).retry_not_before, std::chrono::seconds{60});
}

TEST(failure_table, a_loop_is_stopped) {
  const auto v = of(400, "invalid_grant", {}, {50196});
  EXPECT_EQ(v.kind, transient);
  EXPECT_GE(v.retry_not_before, std::chrono::minutes{10});
}

TEST(failure_table, the_unknown_is_retried_slowly) {
  const auto v = of(400, "brand_new_error");
  EXPECT_EQ(v.kind, transient);
  EXPECT_EQ(v.retry, retry::slowly);
  EXPECT_EQ(of(404, "").kind, app_broken);
}

} // namespace
} // namespace postroom::oauth2
