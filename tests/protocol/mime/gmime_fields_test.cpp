#include "protocol/mime/gmime_fields.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::mime {
namespace {

std::vector<address> addresses(const std::string& value) {
  std::vector<address> list;
  EXPECT_TRUE(decode_addresses(value, list));
  return list;
}

using list = std::vector<address>;

TEST(address_fields, follow_the_examples_of_rfc_2047) {
  EXPECT_EQ(addresses("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>, "
                      "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>, "
                      "=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>"),
            (list{{"Keith Moore", "moore@cs.utk.edu"},
                  {"Keld Jørn Simonsen", "keld@dkuug.dk"},
                  {"André Pirard", "PIRARD@vm1.ulg.ac.be"}}));
}

TEST(address_fields, keep_the_whole_name) {
  for (const std::string row :
       {"=?utf-8?B?w6TDpMOkw6Q=?= =?utf-8?B?w6TDpMOkw6Q=?=", "\"=?utf-8?B?w6TDpMOkw6Q=?= =?utf-8?B?w6TDpMOkw6Q=?=\"",
        "=?utf-8?Q?=C3=A4=C3=A4=C3=A4=C3=A4=C3?= =?utf-8?B?pMOkw6TDpA==?="})
    EXPECT_EQ(addresses(row + " <a@b.example>"), (list{{"ääääääää", "a@b.example"}})) << row;
  EXPECT_EQ(addresses("a@b.example (=?utf-8?B?w6Q=?= =?utf-8?B?w6Q=?=)"), (list{{"ää", "a@b.example"}}));
  EXPECT_EQ(addresses("=?utf-8?Q?Team:?= <t@b.example>, =?utf-8?Q?M=C3=BCller, A?= <m@b.example>"),
            (list{{"Team:", "t@b.example"}, {"Müller, A", "m@b.example"}}));
}

TEST(address_fields, decode_a_name_once) {
  const std::string literal = "=?utf-8?Q?x?=";
  const std::string word = "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?=";
  for (const auto& name : {word, '"' + word + '"'})
    EXPECT_EQ(addresses(name + " <a@b.example>"), (list{{literal, "a@b.example"}})) << name;
  EXPECT_EQ(decode_content_type("a/b; name=\"" + word + "\"").name, literal);
  EXPECT_EQ(decode_disposition("attachment; filename*=utf-8''%3D%3Futf-8%3FQ%3Fx%3F%3D").filename, literal);
}

TEST(address_fields, keep_domains_as_written) {
  for (const std::string address :
       {"a@xn--bcher-kva.example", "a@XN--bcher-kva.example", "a@mail.xn--fa-hia.example", "a@xn--i-7iq.example",
        "a@xn--zzzzzz99999.example", "xn--a@xn--p1ai", "a@bücher.example", "a@xn-|-x.example", "a@xn---.example",
        "\"q xn--fa-hia\"@xn--fa-hia.example"}) {
    EXPECT_EQ(addresses(address), (list{{"", address}}));
    EXPECT_EQ(addresses("A xn--b <" + address + ">"), (list{{"A xn--b", address}}));
    EXPECT_EQ(addresses("g: B <" + address + ">, c@d.example;"), (list{{"B", address}, {"", "c@d.example"}}));
    EXPECT_EQ(addresses("J\xF6rg <" + address + ">"), (list{{"Jörg", address}}));
  }
}

TEST(address_fields, keep_addresses_that_read_like_encoded_words) {
  EXPECT_EQ(addresses("<=?utf-8?Q?=61?=@b.example>"), (list{{"", "=?utf-8?Q?=61?=@b.example"}}));
  EXPECT_EQ(addresses("\"=?utf-8?Q?=61?=\"@b.example"), (list{{"", "\"=?utf-8?Q?=61?=\"@b.example"}}));
  EXPECT_EQ(addresses("A <a@b.=?utf-8?Q?=61?=>, <a=?b@c.example>"),
            (list{{"A", "a@b.=?utf-8?Q?=61?="}, {"", "a=?b@c.example"}}));
  // Nor does a word reach across an address and hide it.
  const auto hidden = addresses("=?utf-8?Q?a <x@y.example>, b?= <c@d.example>");
  ASSERT_EQ(hidden.size(), 2U);
  EXPECT_EQ(hidden[0].address, "x@y.example");
  EXPECT_EQ(hidden[1].address, "c@d.example");
}

TEST(address_fields, leave_malformed_words_in_names_as_they_are) {
  for (const std::string name :
       {"=?", "x =?utf-8", "=?utf-8?Q?never", "=?utf-8?Z?x?=", "er=?utf-8?B?wy z =?utfBw6Q=?=6Q= z", "=?="}) {
    EXPECT_EQ(addresses(name + " <a@b.example>"), (list{{name, "a@b.example"}}));
    EXPECT_EQ(addresses('"' + name + "\" <a@b.example>"), (list{{name, "a@b.example"}}));
  }
  EXPECT_EQ(addresses("=?utf-8?Q?lost =?utf-8?Q?=C3=A4?= <a@b.example>"), (list{{"=?utf-8?Q?lost ä", "a@b.example"}}));
}

TEST(parameters, keep_the_whole_file_name) {
  EXPECT_EQ(decode_content_type("a/b; name=\"=?utf-8?B?w6Q=?= =?utf-8?B?w6Q=?=.bin\"").name, "ää.bin");
  EXPECT_EQ(decode_content_type("a/b; name==?utf-8?Q?J=C3=B6rg?=").name, "Jörg");
  EXPECT_EQ(decode_content_type("a/b; name*0=\"=?utf-8?B?w6R0\"; name*1=\"emVuZA==?=.bin\"").name, "ätzend.bin");
  EXPECT_EQ(decode_disposition("attachment; filename=\"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=.pdf\"; size=3").filename,
            "ä.pdf");
  EXPECT_EQ(decode_disposition("attachment; filename*0*=utf-8''%C3; filename*1*=%A4.pdf").filename, "ä.pdf");
}

} // namespace
} // namespace postroom::mime
