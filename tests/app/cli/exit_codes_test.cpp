#include "tests/app/cli/fake_gateway.hpp"

#include <gtest/gtest.h>

namespace postroom::app::cli {
namespace {

std::string problem(std::string_view code) {
  return R"({"code":")" + std::string{code} + R"(","detail":"said so","remedy":"do this","who_acts":"caller"})";
}

TEST(exit_codes, say_what_kind_of_failure_it_was) {
  struct expectation {
    unsigned status;
    const char* code;
    int exit;
  };
  for (const auto& [status, code, exit] : {
           expectation{400, "invalid_argument", 2},
           expectation{413, "too_large", 2},
           expectation{428, "invalid_argument", 2},
           expectation{404, "not_found", 3},
           expectation{410, "body_gone", 3},
           expectation{401, "unauthenticated", 4},
           expectation{403, "forbidden", 4},
           expectation{409, "conflict", 5},
           expectation{412, "conflict", 5},
           expectation{422, "key_reused", 5},
           expectation{429, "busy", 7},
           expectation{503, "store_unavailable", 7},
           expectation{504, "timeout", 7},
           expectation{500, "internal", 1},
           expectation{502, "connect_failed", 1},
           expectation{507, "disk_full", 1},
       }) {
    test::fake_gateway gateway;
    gateway.answer(status, problem(code));
    EXPECT_EQ(gateway.run({"account", "show", "x"}), exit) << status << ' ' << code;
    EXPECT_NE(gateway.err.str().find(code), std::string::npos);
    EXPECT_EQ(gateway.out.str(), "");
  }
}

TEST(exit_codes, know_answers_that_come_from_no_gateway) {
  EXPECT_EQ(exit_code_of(404, {}), exit_code::not_found);
  EXPECT_EQ(exit_code_of(502, {}), exit_code::not_reachable);
  EXPECT_EQ(exit_code_of(302, {}), exit_code::failed);
  EXPECT_EQ(exit_code_of(401, "no_such_code"), exit_code::refused);
}

TEST(exit_codes, tell_apart_what_is_not_there_and_what_is_slow) {
  for (const auto& [code, exit] :
       {std::pair{errc::connect_failed, 6}, {errc::dns_failed, 6}, {errc::tls_failed, 6}, {errc::timeout, 7}}) {
    test::fake_gateway gateway;
    for (int i = 0; i < 10; ++i)
      gateway.answers.emplace_back(fail(code, "so it is"));
    EXPECT_EQ(gateway.run({"account", "list"}), exit);
    EXPECT_NE(gateway.err.str().find("so it is"), std::string::npos);
    EXPECT_NE(gateway.err.str().find("what to do:"), std::string::npos);
  }
}

TEST(problem_words, name_fields_remedy_and_who_must_act) {
  test::fake_gateway gateway;
  gateway.answer(429,
                 R"({"code":"busy","detail":"too much","meaning":"Too much work is waiting.","remedy":"Wait.",)"
                 R"("who_acts":"caller","errors":[{"field":"imap_port","problem":"must be a number"}]})",
                 {{"retry-after", "3"}});
  EXPECT_EQ(gateway.run({"provider", "show", "x"}), 7);
  EXPECT_EQ(gateway.err.str(), "postroom: Too much work is waiting. (busy)\n"
                               "  field: imap_port must be a number\n"
                               "  what to do: Wait.\n"
                               "  who: you\n"
                               "  try again after: 3 s\n");
}

TEST(problem_words, begin_with_what_the_gateway_says) {
  test::fake_gateway gateway;
  gateway.answer(404, R"({"code":"not_found","detail":"there is no x","meaning":"There is no such thing."})");
  EXPECT_EQ(gateway.run({"provider", "show", "x"}), 3);
  EXPECT_EQ(gateway.err.str(), "postroom: there is no x (not_found)\n  meaning: There is no such thing.\n");
}

TEST(problem_words, are_the_document_itself_for_scripts) {
  test::fake_gateway gateway;
  gateway.answer(404, problem("not_found"));
  EXPECT_EQ(gateway.run({"provider", "show", "x", "--json"}), 3);
  EXPECT_EQ(gateway.out.str(), "");
  EXPECT_EQ(gateway.err.str(), problem("not_found") + "\n");
}

TEST(problem_words, cannot_command_the_terminal) {
  test::fake_gateway gateway;
  gateway.answer(404, R"({"code":"not_found","detail":"no \u001b[2Jthing"})");
  EXPECT_EQ(gateway.run({"provider", "show", "x"}), 3);
  EXPECT_EQ(gateway.err.str().find('\x1b'), std::string::npos);
}

} // namespace
} // namespace postroom::app::cli
