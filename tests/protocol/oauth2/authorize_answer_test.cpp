#include "protocol/oauth2/authorize_answer.hpp"

#include "protocol/knowledge/entry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using testing::HasSubstr;
using parameters = std::map<std::string, std::string>;

constexpr const char* personal_directory = "9188040d-6c67-4c5b-b112-36a304b66dad";

authorize_refused refused(const parameters& all) {
  auto read = read_authorize_answer(all);
  if (!read || !std::holds_alternative<authorize_refused>(*read)) {
    ADD_FAILURE() << "not taken for a refusal";
    return {};
  }
  return std::get<authorize_refused>(std::move(*read));
}

void expect_nonsense(const parameters& all) {
  const auto read = read_authorize_answer(all);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::invalid_argument);
}

TEST(authorize_answer, may_be_a_code) {
  const auto read = read_authorize_answer(
                        {{"code", "0.AX-y_z"}, {"state", "s"}, {"session_state", "x"}, {"iss", "https://i.example"}})
                        .value();
  EXPECT_EQ(std::get<code_received>(read).code.expose(), "0.AX-y_z");
  EXPECT_EQ(std::get<code_received>(read).iss, "https://i.example");
  EXPECT_EQ(std::get<code_received>(read_authorize_answer({{"code", "4/0A"}}).value()).iss, "");
}

TEST(authorize_answer, may_be_an_administrators_consent) {
  const auto read = read_authorize_answer({{"admin_consent", "True"},
                                           {"tenant", "9188040D-6c67-4c5b-b112-36a304b66dad"},
                                           {"scope", "https://outlook.office365.com/.default"},
                                           {"state", "s"}})
                        .value();
  EXPECT_EQ(std::get<admin_consented>(read).directory_id, personal_directory);
  EXPECT_EQ(std::get<admin_consented>(read).scope, "https://outlook.office365.com/.default");
}

TEST(authorize_answer, does_not_take_any_word_for_a_directory) {
  for (const char* bad : {"", "organizations", "../x", "<script>", "contoso.example"})
    expect_nonsense({{"admin_consent", "True"}, {"tenant", bad}});
  expect_nonsense({{"admin_consent", "True"}});
  expect_nonsense({{"admin_consent", "False"}, {"tenant", personal_directory}});
}

TEST(authorize_answer, may_be_a_refusal_with_a_number) {
  const auto no = refused({{"error", "access_denied"},
                           {"error_description", "AADSTS65004: User declined to consent.\r\nTrace ID: 1\r\n"},
                           {"state", "s"}});
  EXPECT_EQ(no.error, "access_denied");
  EXPECT_EQ(no.description, "AADSTS65004: User declined to consent. Trace ID: 1 ");
  EXPECT_EQ(no.what.code, errc::user_action_required);
  EXPECT_THAT(no.what.detail, HasSubstr("access_denied (AADSTS65004)"));
}

TEST(authorize_answer, is_classified_by_its_error_without_a_number) {
  EXPECT_EQ(refused({{"error", "invalid_request"}}).what.code, errc::app_misconfigured);
  EXPECT_EQ(refused({{"error", "temporarily_unavailable"}}).what.code, errc::identity_unavailable);
  EXPECT_EQ(refused({{"error", "login_required"}}).what.code, errc::user_action_required);
}

TEST(authorize_answer, may_be_the_persons_no) {
  for (const char* text :
       {"", "The user said no", "see AADSTS65001", "AADSTS", "AADSTSx", "AADSTS99999999999999999999: x"}) {
    const auto no = refused({{"error", "access_denied"}, {"error_description", text}}).what;
    EXPECT_EQ(no.code, errc::user_action_required) << text;
    EXPECT_EQ(no.cause, "sign_in.declined") << text;
  }
  const auto* const known = knowledge::find("sign_in.declined");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->code, errc::user_action_required);
  const auto admin =
      refused({{"error", "access_denied"}, {"error_description", "AADSTS90094: Admin consent is required"}});
  EXPECT_EQ(admin.what.cause, "AADSTS90094");
}

TEST(authorize_answer, with_an_error_is_a_refusal_whatever_else_it_says) {
  EXPECT_EQ(
      refused({{"error", "server_error"}, {"code", "c"}, {"admin_consent", "True"}, {"tenant", personal_directory}})
          .error,
      "server_error");
}

TEST(authorize_answer, is_cut_and_cleaned) {
  const auto no = refused({{"error", std::string(5000, 'e') + "\r\n"},
                           {"error_description", "a\x01"
                                                 "b\x7f" +
                                                     std::string(5000, 'd')}});
  EXPECT_EQ(no.error, std::string(64, 'e'));
  EXPECT_LE(no.description.size(), 1024U);
  EXPECT_TRUE(no.description.starts_with("a b d"));
  EXPECT_EQ(refused({{"error", "a\r\nb c\xc3\xbc"}}).error, "abc");
}

TEST(authorize_answer, that_is_none_is_refused) {
  expect_nonsense({});
  expect_nonsense({{"state", "s"}});
  expect_nonsense({{"code", ""}, {"error", ""}});
  expect_nonsense({{"code", "a b"}});
  expect_nonsense({{"code", "a\nb"}});
  expect_nonsense({{"code", "\xc3\xbc"}});
  expect_nonsense({{"code", std::string(9000, 'c')}});
  expect_nonsense({{"code", "c"}, {"iss", "a\nb"}});
  expect_nonsense({{"code", "c"}, {"iss", std::string(3000, 'i')}});
}

} // namespace
} // namespace postroom::oauth2
