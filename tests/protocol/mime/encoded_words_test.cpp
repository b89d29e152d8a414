#include "protocol/mime/encoded_words.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/mime/gmime_fields.hpp"

#include <gtest/gtest.h>

namespace postroom::mime {
namespace {

std::string decoded(const std::string& value) {
  return decode_text(value, limits::mime_header_value_bytes_max);
}

std::string b_word(const std::string& charset, std::string_view bytes) {
  return "=?" + charset + "?B?" + base64_encode(bytes) + "?=";
}

std::string q_word(const std::string& charset, std::string_view bytes) {
  std::string word = "=?" + charset + "?q?";
  for (const char c : bytes)
    word += "=" + hex_encode({&c, 1});
  return word + "?=";
}

TEST(encoded_words, padded_inside_a_row_lose_nothing) {
  EXPECT_EQ(decoded("=?utf-8?B?w6TDpMOkw6Q=?= =?utf-8?B?w6TDpMOkw6Q=?="), "ääääääää");
  EXPECT_EQ(decoded("Re: =?utf-8?B?w6Q=?= =?UTF-8?b?w6Q=?=\t=?utf-8?B?w6Q=?= end"), "Re: äää end");
  EXPECT_EQ(decoded("=?utf-8?B?YQ==Yg==?="), "ab") << "padded inside a word";
}

TEST(encoded_words, follow_the_examples_of_rfc_2047) {
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a?=)"), "(a)");
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a?= b)"), "(a b)");
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)");
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)"), "(ab)");
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a_b?=)"), "(a b)");
  EXPECT_EQ(decoded("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)");
  EXPECT_EQ(decoded("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= "
                    "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
            "If you can read this you understand the example.");
}

TEST(encoded_words, may_be_cut_inside_a_character) {
  struct {
    const char* charset;
    std::string bytes, text;
  } const cases[] = {
      {"utf-8", "aä日\xF0\x9F\x98\x80z", "aä日\xF0\x9F\x98\x80z"},
      {"iso-2022-jp", "\x1B$BF|K\\\x1B(B!", "日本!"},
      {"Shift_JIS", "\x93\xFA\x96\x7B", "日本"},
      {"gb2312", "\xC4\xE3\xBA\xC3", "你好"},
  };
  for (const auto& [charset, bytes, text] : cases) {
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const auto front = bytes.substr(0, cut);
      const auto back = bytes.substr(cut);
      EXPECT_EQ(decoded(b_word(charset, front) + " " + b_word(charset, back)), text) << charset << cut;
      EXPECT_EQ(decoded(q_word(charset, front) + " " + q_word(charset, back)), text) << charset << cut;
      EXPECT_EQ(decoded(b_word(charset, front) + " " + q_word(charset, back)), text) << charset << cut;
      EXPECT_EQ(decoded(q_word(charset, front) + b_word(charset, back)), text) << charset << cut;
    }
  }
}

TEST(encoded_words, may_be_cut_between_the_letters_of_base64) {
  const std::string letters = "w6TDpMOkw6Q="; // ääää
  for (std::size_t cut = 1; cut + 1 < letters.size(); ++cut)
    EXPECT_EQ(decoded("=?utf-8?B?" + letters.substr(0, cut) + "?= =?utf-8?B?" + letters.substr(cut) + "?="), "ääää")
        << cut;
  EXPECT_EQ(decoded("=?utf-8?B?w6TDpMOkw6Q?="), "ääää") << "without padding";
}

TEST(encoded_words, of_several_charsets_stand_side_by_side) {
  EXPECT_EQ(decoded("=?iso-8859-1?Q?=E4?= =?utf-8?Q?=C3=A4?= =?koi8-r?B?xME=?= =?windows-1252?Q?=80?="), "ääда€");
  EXPECT_EQ(decoded("=?utf-8?Q?=C3?= =?iso-8859-1?Q?=A4?="), "\xEF\xBF\xBD¤") << "no character spans two charsets";
  EXPECT_EQ(decoded("=?utf-8*de?Q?=C3?= =?UTF-8*en?Q?=A4?="), "ä") << "a language is no charset";
  EXPECT_EQ(decoded("=?no-such?Q?=E4?= =?no-such?Q?=F6?="), "äö");
  EXPECT_EQ(decoded("Gr\xFC\xDF"
                    "e =?utf-8?Q?=C3=BC?="),
            "Grüße ü");
}

TEST(encoded_words, are_taken_as_found_in_the_wild) {
  EXPECT_EQ(decoded("a=?utf-8?Q?b?=c"), "abc");
  EXPECT_EQ(decoded("=?utf-8?Q?two words?= x"), "two words x");
  EXPECT_EQ(decoded("=?utf-8?Q?why?_because?= x"), "why? because x");
  EXPECT_EQ(decoded("=?utf-8?Q?=C3=A4=ZZ=4?="), "ä=ZZ=4");
  EXPECT_EQ(decoded("a =?utf-8?Q?"
                    "?= b"),
            "a  b");
  EXPECT_EQ(decoded("=?utf-8?Q?a=00b=0Ac?="), "ab c");
}

TEST(encoded_words, that_are_malformed_stay_as_they_are) {
  for (const std::string value : {"=?", "=?=", "x =?utf-8", "=?utf-8?", "=?utf-8?B", "=?utf-8?B?",
                                  "=?utf-8?B?w6Q=", "=?utf-8?Z?x?=", "=?utf-8?BB?w6Q=?=", "=?utf-8?Q?never ends",
                                  "= ?utf-8?Q?x?=", "=?utf-8 ?Q?x? ="}) {
    EXPECT_EQ(unite_encoded_words(value), value);
    EXPECT_EQ(decoded(value), value);
  }
  EXPECT_EQ(decoded("=?utf-8?Q?lost =?utf-8?Q?=C3=A4?="), "=?utf-8?Q?lost ä");
  EXPECT_EQ(decoded("=?=?utf-8?Q?=C3=A4?="), "=?ä");
  EXPECT_EQ(decoded("=?utf-8?Q?=C3=A4?= =?utf-8?Z?x?= =?utf-8?Q?=C3=A4?="), "ä =?utf-8?Z?x?= ä");
}

TEST(encoded_words, are_decoded_once) {
  EXPECT_EQ(decoded(b_word("utf-8", "=?utf-8?Q?x?=")), "=?utf-8?Q?x?=");
  EXPECT_EQ(decoded(b_word("utf-8", "=?utf-8?Q?x?=") + " " + b_word("utf-8", " =?utf-8?B?eA==?=")),
            "=?utf-8?Q?x?= =?utf-8?B?eA==?=");
}

TEST(encoded_words, are_cut_at_the_limit_between_characters) {
  const std::string value = b_word("utf-8", "ää") + " " + b_word("utf-8", "日本");
  EXPECT_EQ(decode_text(value, 9), "ää日");
  EXPECT_EQ(decode_text(value, 5), "ää");
  EXPECT_EQ(decode_text(value, 3), "ä");
  EXPECT_EQ(decode_text(value, 0), "");
}

TEST(encoded_words, stay_bounded_however_many_there_are) {
  const auto size = limits::mime_list_header_bytes_max;
  for (const std::string unit : {"=?x?q?\x80?=", "=?utf-8?b?", "=?u?b?<", "=?", "=?a", "=?a?", "=?a?q?b?=<",
                                 "=?iso-8859-1?q?\x80?= ", "=?utf-8?b?gICA?=", "?=", "xn-"}) {
    std::string value;
    while (value.size() + unit.size() <= size)
      value += unit;
    EXPECT_LE(decode_encoded_words(value).size(), 4 * value.size()) << unit;
    EXPECT_LE(unite_encoded_words(value).size(), 12 * value.size()) << unit;
    EXPECT_LE(hide_stray_words(value).size(), 8 * value.size()) << unit;
    EXPECT_LE(decoded(value).size(), limits::mime_header_value_bytes_max) << unit;
    std::vector<address> list;
    decode_addresses(value + " <a@b.example>", list);
    EXPECT_LE(list.size(), limits::mime_addresses_max) << unit;
  }
  // One word as large as a header may be comes back whole.
  std::string text;
  while (text.size() + 2 <= limits::mime_header_value_bytes_max)
    text += "ä";
  std::string value;
  for (std::size_t at = 0; at < text.size(); at += 45)
    value += b_word("utf-8", std::string_view(text).substr(at, 45)) + " ";
  EXPECT_EQ(decoded(value), text);
}

} // namespace
} // namespace postroom::mime
