#include "base/limits.hpp"
#include "protocol/imap/parse_response.hpp"
#include "tests/protocol/imap/describe.hpp"
#include "tests/protocol/imap/known_answers.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postroom::imap::testing {

namespace {

std::string names_of(quirks seen) {
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(quirk::count); ++i)
    if (seen.has(static_cast<quirk>(i)))
      names.emplace_back(name_of(static_cast<quirk>(i)));
  std::sort(names.begin(), names.end());
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "" : " ") + name;
  return out;
}

/// What came out of a stream fed in pieces of `step` octets.
struct outcome {
  std::vector<known_answer> answers;
  std::optional<error> failure;
};

outcome read_stream(std::string_view wire, std::size_t step) {
  outcome out;
  response_framer framer;
  std::string body;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    const auto part = wire.substr(at, step);
    std::span<const char> input{part.data(), part.size()};
    while (true) {
      auto piece = framer.next(input);
      if (!piece) {
        out.failure = piece.error();
        return out;
      }
      if (std::holds_alternative<need_more>(*piece))
        break;
      if (const auto* octets = std::get_if<body_piece>(&*piece))
        body += octets->octets;
      if (const auto* whole = std::get_if<frame>(&*piece)) {
        auto parsed = parse_response(*whole);
        out.answers.push_back(
            {"", describe(parsed.value), names_of(parsed.seen), body + parsed.inline_body.value_or("")});
        body.clear();
      }
    }
  }
  EXPECT_TRUE(!framer.half_read() || out.answers.empty());
  return out;
}

class imap_known_answer : public ::testing::TestWithParam<known_answer> {};

void expect_same(const known_answer& want, const outcome& got) {
  ASSERT_FALSE(got.failure) << to_string(*got.failure);
  ASSERT_EQ(got.answers.size(), 1U);
  EXPECT_EQ(got.answers[0].meaning, want.meaning);
  EXPECT_EQ(got.answers[0].quirks, want.quirks);
  EXPECT_EQ(got.answers[0].body, want.body);
}

TEST_P(imap_known_answer, is_read_as_expected) {
  expect_same(GetParam(), read_stream(GetParam().wire, 1 << 20));
}

TEST_P(imap_known_answer, is_read_the_same_byte_by_byte) {
  expect_same(GetParam(), read_stream(GetParam().wire, 1));
}

TEST_P(imap_known_answer, is_read_the_same_when_cut_anywhere) {
  for (std::size_t step = 2; step < GetParam().wire.size(); ++step)
    expect_same(GetParam(), read_stream(GetParam().wire, step));
}

TEST_P(imap_known_answer, has_no_prefix_that_is_an_answer) {
  for (std::size_t length = 0; length < GetParam().wire.size(); ++length) {
    const auto got = read_stream(std::string_view{GetParam().wire}.substr(0, length), length + 1);
    EXPECT_FALSE(got.failure) << length;
    EXPECT_TRUE(got.answers.empty()) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(all, imap_known_answer, ::testing::ValuesIn(known_answers()),
                         [](const auto& info) { return std::to_string(info.index); });

parsed_response parse(std::string_view text) {
  return parse_response(frame{text});
}

TEST(imap_parse, reads_all_known_answers_in_one_stream) {
  std::string wire;
  for (const auto& answer : known_answers())
    wire += answer.wire;
  for (const std::size_t step : {1U, 7U, 4096U, 1U << 20U}) {
    const auto got = read_stream(wire, step);
    ASSERT_EQ(got.answers.size(), known_answers().size());
    for (std::size_t i = 0; i < got.answers.size(); ++i)
      EXPECT_EQ(got.answers[i].meaning, known_answers()[i].meaning);
  }
}

TEST(imap_parse, bounds_the_server_text_it_keeps) {
  const auto parsed = parse("* OK " + std::string(100'000, 'x'));
  EXPECT_EQ(std::get<status_response>(parsed.value).text.size(), 1024U);
  const auto unknown = parse("* X " + std::string(100'000, 'x'));
  EXPECT_EQ(std::get<unknown_data>(unknown.value).text.size(), 1024U);
}

TEST(imap_parse, survives_deep_nesting_and_keeps_the_uid) {
  const std::string open(100'000, '('), close(100'000, ')');
  const auto parsed = parse("* 1 FETCH (BODYSTRUCTURE " + open + close + " UID 5)");
  const auto& fetch = std::get<fetch_data>(parsed.value);
  EXPECT_TRUE(parsed.seen.has(quirk::broken_body_structure));
  EXPECT_FALSE(fetch.body_structure);
  EXPECT_EQ(fetch.uid, message_uid{5});
}

TEST(imap_parse, refuses_a_structure_of_too_many_parts_but_keeps_the_uid) {
  std::string many = "(";
  for (std::size_t i = 0; i <= limits::mime_parts_max; ++i)
    many += R"(("text" "plain" NIL NIL NIL "7bit" 1 1))";
  const auto parsed = parse("* 1 FETCH (BODYSTRUCTURE " + many + " \"mixed\") UID 5)");
  EXPECT_TRUE(parsed.seen.has(quirk::broken_body_structure));
  EXPECT_EQ(std::get<fetch_data>(parsed.value).uid, message_uid{5});
}

TEST(imap_parse, bounds_what_a_search_may_find) {
  std::string many = "* SEARCH";
  for (std::size_t i = 0; i <= limits::imap_search_numbers_max; ++i)
    many += " 1";
  EXPECT_TRUE(parse(many).seen.has(quirk::too_many_numbers));
}

TEST(imap_parse, takes_no_uid_from_what_a_sender_may_have_written) {
  // The subject's quote is broken by the server; the forged UID must not be believed.
  const auto parsed = parse("* 1 FETCH (ENVELOPE (NIL \"x\" y UID 7 z\" ((NIL) UID 5 FLAGS (\\Seen))");
  const auto& fetch = std::get<fetch_data>(parsed.value);
  EXPECT_EQ(fetch.uid, message_uid{5});
  EXPECT_EQ(fetch.flags->size(), 1U);
}

TEST(imap_parse, reads_every_cut_of_a_fetch_without_harm) {
  for (const auto& answer : known_answers())
    for (std::size_t length = 0; length < answer.wire.size(); ++length)
      (void)parse(std::string_view{answer.wire}.substr(0, length));
}

TEST(imap_quirks, are_all_there) {
  for (int i = 0; i < static_cast<int>(quirk::count); ++i) {
    EXPECT_FALSE(name_of(static_cast<quirk>(i)).empty());
    EXPECT_FALSE(reason_for(static_cast<quirk>(i)).empty());
  }
}

} // namespace

} // namespace postroom::imap::testing
