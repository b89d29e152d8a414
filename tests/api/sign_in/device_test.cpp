#include "tests/api/support/sign_in_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

class device_api : public sign_in_api {
protected:
  void SetUp() override {
    script->begin_device = [this](const begin_device_sign_in& wish) -> result<device_sign_in> {
      wished = wish;
      device_sign_in begun;
      begun.id = "dev_1";
      begun.user_code = "ABCD-EFGH";
      begun.verification_uri = "https://login.example/device";
      begun.message = "Type the code in";
      begun.expires = time.now() + std::chrono::minutes{15};
      return begun;
    };
    sign_in_api::SetUp();
  }
  begin_device_sign_in wished;
};

TEST_F(device_api, tells_what_to_type_in_where) {
  const auto made = admin->post(providers + "/azure/device-sign-ins", {{"delegate", "andrea@contoso.example"}});
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.header("location"), providers + "/azure/device-sign-ins/dev_1");
  const auto shown = made.json();
  EXPECT_EQ(shown.at("user_code"), "ABCD-EFGH");
  EXPECT_EQ(shown.at("verification_uri"), "https://login.example/device");
  EXPECT_EQ(shown.at("state"), "waiting");
  EXPECT_TRUE(shown.at("outcome").is_null());
  EXPECT_TRUE(shown.at("failure").is_null());
  EXPECT_EQ(wished.delegate, "andrea@contoso.example");
  EXPECT_EQ(wished.provider, provider_id{"azure"});
  const auto by_query = admin->post("/v1/providers/azure/device-sign-ins?tenant=acme", {});
  EXPECT_EQ(by_query.header("location"), "/v1/providers/azure/device-sign-ins/dev_1?tenant=acme");
}

TEST_F(device_api, tells_what_became_of_it) {
  script->ask_device = [](const ask_device_sign_in& wish) -> result<device_sign_in> {
    if (wish.id != "dev_1")
      return fail(errc::not_found, "no such sign-in");
    device_sign_in done;
    done.id = wish.id;
    done.state = device_sign_in::progress::done;
    done.outcome = andrea();
    done.outcome->missing = {"SMTP.Send"};
    return done;
  };
  const auto done = admin->get(providers + "/azure/device-sign-ins/dev_1").json();
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(done.at("outcome").at("upn"), "andrea@contoso.example");
  EXPECT_EQ(done.at("outcome").at("missing_permissions"), (boost::json::array{"SMTP.Send"}));
  EXPECT_EQ(admin->get(providers + "/azure/device-sign-ins/dev_2").status, 404U);
}

TEST_F(device_api, tells_why_it_failed) {
  script->ask_device = [](const ask_device_sign_in&) -> result<device_sign_in> {
    device_sign_in over;
    over.state = device_sign_in::progress::failed;
    over.failure = fail(errc::forbidden, "somebody else");
    over.failure->cause = "sign_in.wrong_person";
    return over;
  };
  const auto over = admin->get(providers + "/azure/device-sign-ins/dev_1").json();
  EXPECT_EQ(over.at("state"), "failed");
  EXPECT_EQ(over.at("failure").at("cause"), "sign_in.wrong_person");
  EXPECT_THAT(std::string{over.at("failure").at("remedy").as_string()}, HasSubstr("private window"));
}

TEST_F(device_api, takes_no_wishes_of_a_browser) {
  EXPECT_THAT(errors_of(admin->post(providers + "/azure/device-sign-ins", {{"prompt", "login"}})),
              Contains(HasSubstr("prompt: is not a field here")));
  EXPECT_EQ(as(scope::write).post(providers + "/azure/device-sign-ins", {}).status, 403U);
}

} // namespace
} // namespace postroom::api::test
