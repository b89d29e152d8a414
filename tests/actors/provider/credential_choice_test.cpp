#include "actors/provider/credential_choice.hpp"

#include "base/certificate.hpp"
#include "tests/actors/provider/refusals.hpp"

#include <gtest/gtest.h>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// Of P-256, self-signed; its end is read from it.
constexpr const char* certificate_pem = "-----BEGIN CERTIFICATE-----\n"
                                        "MIIBezCCASGgAwIBAgIUfgAh/JbheehX21zwnBkTa3truXYwCgYIKoZIzj0EAwIw\n"
                                        "EzERMA8GA1UEAwwIUG9zdHJvb20wHhcNMjYxMTI2MDIxNTI2WhcNMjcxMTI2MDIx\n"
                                        "NTI2WjATMREwDwYDVQQDDAhQb3N0cm9vbTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
                                        "A0IABE3ek7rxR6mbQBCgygGY4v7ueEdKjhKj+4LCcEkFlefTo8QkJs3PXdjJZqc0\n"
                                        "AdLFrNkkax9QiurBLwoybY8MTdOjUzBRMB0GA1UdDgQWBBRx7NP/jv9VcuoLzARp\n"
                                        "buTY4S9roDAfBgNVHSMEGDAWgBRx7NP/jv9VcuoLzARpbuTY4S9roDAPBgNVHRMB\n"
                                        "Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIBoAZFE++RqYgfqoYJMAEzCFb7Df\n"
                                        "4/ZCMsJ0E7XIMt/GAiEApqDBAZW/9Zh72cwy/ScAkA1T0M6ppemo0BNC0189ZWQ=\n"
                                        "-----END CERTIFICATE-----\n";

const wall_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30}};

std::int64_t ms(wall_time t) {
  return t.time_since_epoch().count();
}

records::Provider with_secret() {
  records::Provider of;
  of.set_client_secret("sealed");
  of.set_client_secret_expires_ms(ms(now + 24h * 365));
  return of;
}

records::Provider with_two_secrets() {
  auto of = with_secret();
  of.set_previous_client_secret("sealed before");
  of.set_previous_client_secret_expires_ms(ms(now + 24h * 10));
  return of;
}

records::Provider with_everything() {
  auto of = with_two_secrets();
  of.set_certificate(certificate_pem);
  of.set_certificate_key("sealed");
  of.set_previous_certificate(certificate_pem);
  of.set_previous_certificate_key("sealed");
  return of;
}

oauth2::token_failure wrong_secret() {
  return refusal_of(401, "invalid_client", {7000215});
}

TEST(credential_choice, has_none_for_a_public_client) {
  credential_choice choice{records::Provider{}};
  EXPECT_EQ(choice.pick(now), credential::none);
  EXPECT_FALSE(choice.refused(credential::none, wrong_secret(), now));
  EXPECT_FALSE(choice.worked(credential::none, now));
  EXPECT_EQ(choice.in_use(), credential::none);
}

TEST(credential_choice, begins_with_the_newest) {
  EXPECT_EQ(credential_choice{with_secret()}.pick(now), credential::secret);
  EXPECT_EQ(credential_choice{with_two_secrets()}.pick(now), credential::secret);
  EXPECT_EQ(credential_choice{with_everything()}.pick(now), credential::certificate);
}

TEST(credential_choice, needs_key_and_certificate) {
  auto of = with_secret();
  of.set_certificate(certificate_pem);
  EXPECT_EQ(credential_choice{of}.pick(now), credential::secret);
  of.clear_certificate();
  of.set_certificate_key("sealed");
  EXPECT_EQ(credential_choice{of}.pick(now), credential::secret);
}

TEST(credential_choice, tries_all_of_them_and_then_begins_anew) {
  credential_choice choice{with_everything()};
  for (const auto each :
       {credential::certificate, credential::previous_certificate, credential::secret, credential::previous_secret}) {
    EXPECT_EQ(choice.pick(now), each);
    const bool last = each == credential::previous_secret;
    EXPECT_EQ(choice.refused(each, refusal_of(401, "invalid_client"), now), !last);
  }
  EXPECT_EQ(choice.pick(now), credential::certificate);
}

TEST(credential_choice, falls_back_to_the_previous_secret_while_it_lasts) {
  credential_choice choice{with_two_secrets()};
  EXPECT_TRUE(choice.refused(credential::secret, wrong_secret(), now));
  EXPECT_EQ(choice.pick(now), credential::previous_secret);
  EXPECT_FALSE(choice.worked(credential::previous_secret, now));
  EXPECT_EQ(choice.in_use(), credential::previous_secret);
  EXPECT_EQ(choice.pick(now + 59min), credential::previous_secret);
}

TEST(credential_choice, tries_the_new_one_again_every_hour) {
  credential_choice choice{with_two_secrets()};
  ASSERT_TRUE(choice.refused(credential::secret, wrong_secret(), now));
  (void)choice.worked(credential::previous_secret, now);
  EXPECT_EQ(choice.pick(now + 1h), credential::secret);
  EXPECT_TRUE(choice.refused(credential::secret, wrong_secret(), now + 1h));
  EXPECT_EQ(choice.pick(now + 1h), credential::previous_secret);
  EXPECT_EQ(choice.pick(now + 2h), credential::secret);
  EXPECT_FALSE(choice.worked(credential::secret, now + 2h)); // both are good: the previous one may be needed yet
  EXPECT_EQ(choice.in_use(), credential::secret);
}

TEST(credential_choice, tries_at_once_when_the_clock_was_set_back) {
  credential_choice choice{with_two_secrets()};
  ASSERT_TRUE(choice.refused(credential::secret, wrong_secret(), now));
  EXPECT_EQ(choice.pick(now - 24h), credential::secret);
  EXPECT_TRUE(choice.refused(credential::secret, wrong_secret(), now - 24h));
  EXPECT_EQ(choice.pick(now - 24h), credential::previous_secret);
}

TEST(credential_choice, leaves_out_what_has_expired) {
  credential_choice choice{with_two_secrets()};
  EXPECT_FALSE(choice.refused(credential::secret, wrong_secret(), now + 24h * 11));
  EXPECT_EQ(choice.pick(now + 24h * 11), credential::secret);
}

TEST(credential_choice, uses_the_newest_when_all_have_expired) {
  credential_choice choice{with_two_secrets()};
  const auto later = now + 24h * 1000;
  EXPECT_EQ(choice.pick(later), credential::secret); // the date may be wrong
  EXPECT_FALSE(choice.refused(credential::secret, wrong_secret(), later));
  EXPECT_EQ(choice.pick(later), credential::secret);
}

TEST(credential_choice, knows_the_end_of_a_certificate) {
  const auto facts = read_certificate(certificate_pem);
  ASSERT_TRUE(facts);
  const credential_choice choice{with_everything()};
  EXPECT_EQ(choice.pick(facts->not_after - 1s), credential::certificate);
  EXPECT_EQ(choice.pick(facts->not_after), credential::secret); // lasts some days longer
}

TEST(credential_choice, tries_a_certificate_that_cannot_be_read) {
  auto of = with_secret();
  of.set_certificate("no certificate");
  of.set_certificate_key("sealed");
  EXPECT_EQ(credential_choice{of}.pick(now), credential::certificate);
}

TEST(credential_choice, retires_the_previous_one_when_it_has_expired) {
  credential_choice choice{with_two_secrets()};
  EXPECT_FALSE(choice.worked(credential::secret, now));
  EXPECT_TRUE(choice.worked(credential::secret, now + 24h * 10));
  EXPECT_FALSE(choice.worked(credential::secret, now + 24h * 10)); // told once
  EXPECT_FALSE(choice.refused(credential::secret, wrong_secret(), now));
}

TEST(credential_choice, retires_the_previous_one_when_it_was_refused) {
  credential_choice choice{with_two_secrets()};
  ASSERT_TRUE(choice.refused(credential::previous_secret, wrong_secret(), now));
  EXPECT_TRUE(choice.worked(credential::secret, now));
}

TEST(credential_choice, retires_its_own_kind_only) {
  credential_choice choice{with_everything()};
  ASSERT_TRUE(choice.refused(credential::previous_certificate, refusal_of(401, "invalid_client", {700027}), now));
  EXPECT_FALSE(choice.worked(credential::secret, now));
  EXPECT_TRUE(choice.worked(credential::certificate, now));
}

struct spoken {
  const char* name;
  unsigned status;
  const char* word;
  std::vector<std::uint32_t> codes;
  bool against;
};

class credential_refusals : public testing::TestWithParam<spoken> {};

TEST_P(credential_refusals, are_told_from_those_of_grants) {
  credential_choice choice{with_everything()};
  const auto& is = GetParam();
  EXPECT_EQ(choice.refused(credential::certificate, refusal_of(is.status, is.word, is.codes), now), is.against);
  EXPECT_EQ(choice.pick(now), is.against ? credential::previous_certificate : credential::certificate);
}

INSTANTIATE_TEST_SUITE_P(rows, credential_refusals,
                         testing::Values(spoken{"wrong_secret", 401, "invalid_client", {7000215}, true},
                                         spoken{"expired_secret", 401, "invalid_client", {7000222}, true},
                                         spoken{"unregistered_certificate", 401, "invalid_client", {700027}, true},
                                         spoken{"word_alone", 401, "invalid_client", {}, true},
                                         spoken{"unknown_number", 401, "invalid_client", {1000502}, true},
                                         spoken{"none_arrived", 401, "invalid_client", {7000218}, false},
                                         spoken{"public_client", 401, "invalid_client", {700025}, false},
                                         spoken{"assertion_not_in_time", 401, "invalid_client", {700024}, false},
                                         spoken{"clock", 401, "invalid_client", {50012}, false},
                                         spoken{"clock_of_grant", 400, "invalid_grant", {70002, 500133}, false},
                                         spoken{"unknown_application", 400, "unauthorized_client", {700016}, false},
                                         spoken{"unauthorized", 400, "unauthorized_client", {}, false},
                                         spoken{"dead_grant", 400, "invalid_grant", {700082}, false},
                                         spoken{"policy", 400, "invalid_grant", {53003}, false},
                                         spoken{"user", 400, "invalid_grant", {50076}, false},
                                         spoken{"malformed", 400, "invalid_request", {9002313}, false},
                                         spoken{"busy", 503, "temporarily_unavailable", {90033}, false},
                                         spoken{"broken_server", 500, "invalid_client", {7000215}, false},
                                         spoken{"throttled", 429, "invalid_client", {}, false}),
                         [](const auto& row) { return row.param.name; });

TEST(credential, has_names) {
  EXPECT_EQ(to_string(credential::none), "none");
  EXPECT_EQ(to_string(credential::secret), "current");
  EXPECT_EQ(to_string(credential::previous_secret), "previous");
  EXPECT_EQ(to_string(credential::certificate), "certificate");
  EXPECT_EQ(to_string(credential::previous_certificate), "previous_certificate");
}

} // namespace
} // namespace postroom::provider
