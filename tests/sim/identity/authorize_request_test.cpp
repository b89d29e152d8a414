#include "sim/identity/authorize_request.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;

class authorize_request_test : public testing::Test {
protected:
  authorize_request_test() {
    application app;
    app.client_id = "App-1";
    app.multi_tenant = true;
    app.redirect_uris = {{"https://a.test/web", redirect_kind::web}, {"https://a.test/spa", redirect_kind::spa}};
    people.add_application(app);
  }
  /// The number of the refusal; 0: none.
  std::uint32_t read(form_fields changes) {
    form_fields query{{"client_id", "app-1"},
                      {"redirect_uri", "https://a.test/web"},
                      {"response_type", "code"},
                      {"scope", "openid Mail.Read"}};
    changes.merge(query);
    request = {};
    const auto refused = read_authorize_request(people, face::microsoft, "common", changes, request);
    return refused ? refused->code : 0;
  }

  registry people;
  authorize_request request;
};

TEST_F(authorize_request_test, has_defaults) {
  EXPECT_EQ(read({}), 0U);
  EXPECT_EQ(request.client_id, "App-1") << "as registered";
  EXPECT_EQ(request.reply.mode, response_mode::query);
  EXPECT_FALSE(request.reply.state);
  EXPECT_TRUE(request.code_challenge_method.empty());
  EXPECT_THAT(request.scopes, ElementsAre("openid", "Mail.Read"));
  EXPECT_EQ(read({{"state", ""},
                  {"response_mode", "form_post"},
                  {"redirect_uri", "https://a.test/spa"},
                  {"code_challenge", std::string(43, 'a')}}),
            0U);
  EXPECT_EQ(request.reply.state, "");
  EXPECT_EQ(request.reply.mode, response_mode::form_post);
  EXPECT_EQ(request.kind, redirect_kind::spa);
  EXPECT_EQ(request.code_challenge_method, "plain") << "when the method is missing";
}

TEST_F(authorize_request_test, checks_the_challenge) {
  const auto challenge = [&](std::size_t length, const char* method, char filler = 'a') {
    return read({{"code_challenge", std::string(length, filler)}, {"code_challenge_method", method}});
  };
  EXPECT_EQ(challenge(43, "S256"), 0U);
  EXPECT_EQ(challenge(44, "S256"), 9002313U);
  EXPECT_EQ(challenge(42, "plain"), 9002313U);
  EXPECT_EQ(challenge(128, "plain"), 0U);
  EXPECT_EQ(challenge(129, "plain"), 9002313U);
  EXPECT_EQ(challenge(43, "s256"), 9002313U);
  EXPECT_EQ(challenge(43, "S256", '+'), 9002313U);
  EXPECT_EQ(read({{"code_challenge_method", "S256"}}), 900144U);
}

TEST_F(authorize_request_test, reads_prompts) {
  EXPECT_EQ(read({{"prompt", "consent select_account"}}), 0U);
  EXPECT_TRUE(request.prompt_consent && request.prompt_select_account);
  EXPECT_FALSE(request.prompt_none || request.prompt_login);
  EXPECT_EQ(read({{"prompt", "none consent"}}), 9002313U);
  EXPECT_EQ(read({{"prompt", "create"}}), 9002313U);
}

TEST_F(authorize_request_test, answers_in_the_client_s_mode) {
  const parameters values{{"code", "c"}};
  EXPECT_EQ(answer_client(face::microsoft, {"https://a.test/", response_mode::query, "s"}, values)["Location"],
            "https://a.test/?code=c&state=s");
  EXPECT_EQ(answer_client(face::microsoft, {"https://a.test/", response_mode::fragment, {}}, values)["Location"],
            "https://a.test/#code=c");
  EXPECT_EQ(answer_client(face::microsoft, {"https://a.test/", response_mode::form_post, {}}, values).result_int(),
            200U);
  const auto refused = refuse_client(face::google, {"https://a.test/", response_mode::query, "s"},
                                     {65004, "access_denied", "", ""}, "", wall_time{});
  EXPECT_EQ(refused["Location"], "https://a.test/?error=access_denied&state=s") << "Google does not describe";
}

} // namespace
} // namespace postroom::sim
