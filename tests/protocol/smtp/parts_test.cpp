#include "base/limits.hpp"
#include "protocol/smtp/body_writer.hpp"
#include "protocol/smtp/commands.hpp"
#include "protocol/smtp/extensions.hpp"
#include "protocol/smtp/reply_reader.hpp"

#include <gtest/gtest.h>

namespace postroom::smtp {
namespace {

/// All replies in `wire`, fed in pieces of `step`; an error as its code.
std::vector<std::string> read_all(std::string_view wire, std::size_t step = std::string_view::npos) {
  reply_reader reader;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < wire.size(); at += std::min(step, wire.size() - at)) {
    const auto piece = wire.substr(at, step);
    std::span<const char> octets{piece.data(), piece.size()};
    for (;;) {
      const auto next = reader.next(octets);
      if (!next) {
        out.push_back(to_string(next.error()));
        return out;
      }
      if (!*next)
        break;
      out.push_back(std::to_string((*next)->code) + ((*next)->enhanced ? "+" : "") + " " + (*next)->text);
    }
    EXPECT_TRUE(octets.empty());
  }
  if (reader.half_read())
    out.emplace_back("half");
  return out;
}

struct reading {
  std::string wire;
  std::vector<std::string> replies;
};

TEST(smtp_reply, is_read_in_any_cut) {
  const reading cases[] = {
      {"250 ok\r\n", {"250 ok"}},
      {"250 ok\n", {"250 ok"}},
      {"250\r\n", {"250 "}},
      {"250 \r\n", {"250 "}},
      {"250-a\r\n250-b\r\n250 c\r\n221 bye\r\n", {"250 a\nb\nc", "221 bye"}},
      {"550 5.7.60 SMTP; no\r\n", {"550+ SMTP; no"}},
      {"550-5.1.1 one\r\n550 5.1.1 two\r\n", {"550+ one\ntwo"}},
      {"550 5.7.1\r\n", {"550+ "}},
      {"550 4.7.1 believe the first digit\r\n", {"550 4.7.1 believe the first digit"}},
      {"550 5.7.1234 no\r\n", {"550 5.7.1234 no"}},
      {"550 5.7. no\r\n", {"550 5.7. no"}},
      {"550 5.7.1x no\r\n", {"550 5.7.1x no"}},
      {"250 caf\xc3\xa9 \xff \x01\x1b[31m tab\there\r\n", {"250 caf\xc3\xa9 \xef\xbf\xbd   [31m tab here"}},
      {"250 a", {"half"}},
      {"250-a\r\n", {"half"}},
      {"250-a\r\n550 b\r\n", {"protocol_violation: the lines of a reply have different codes: 250 and 550"}},
      {"150 a\r\n", {"protocol_violation: the server said: 150 a"}},
      {"650 a\r\n", {"protocol_violation: the server said: 650 a"}},
      {"25x a\r\n", {"protocol_violation: the server said: 25x a"}},
      {"2500 a\r\n", {"protocol_violation: the server said: 2500 a"}},
      {"250+a\r\n", {"protocol_violation: the server said: 250+a"}},
      {"\r\n", {"protocol_violation: the server said: "}},
      {"HTTP/1.1 400 Bad\x1b[1m\r\n", {"protocol_violation: the server said: HTTP/1.1 400 Bad [1m"}},
  };
  for (const auto& c : cases)
    for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{2}, std::size_t{5}})
      EXPECT_EQ(read_all(c.wire, step), c.replies) << c.wire << " by " << step;
}

TEST(smtp_reply, has_limits) {
  const auto line = [](std::size_t bytes) { return "250 " + std::string(bytes - 5, 'x') + "\r\n"; };
  EXPECT_EQ(read_all(line(limits::smtp_line_bytes_max)).at(0).size(), limits::smtp_line_bytes_max - 1);
  EXPECT_EQ(read_all(line(limits::smtp_line_bytes_max + 1)).at(0).substr(0, 9), "too_large");
  EXPECT_EQ(read_all(std::string(limits::smtp_line_bytes_max + 1, '2'), 1).at(0).substr(0, 9), "too_large");
  std::string many;
  for (std::size_t i = 1; i < limits::smtp_reply_lines_max; ++i)
    many += "250-" + std::string(100, 'x') + "\r\n";
  const auto whole = read_all(many + "250 end\r\n");
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].size(), limits::smtp_reply_text_bytes_max + 4);
  EXPECT_EQ(read_all(many + "250-x\r\n250 end\r\n").at(0).substr(0, 9), "too_large");
}

TEST(smtp_reply, is_shown_on_one_line) {
  EXPECT_EQ(to_string(reply{550, enhanced_status{5, 7, 60}, "a\nb"}), "550 5.7.60 a b");
  EXPECT_EQ(to_string(reply{250, {}, ""}), "250");
}

TEST(smtp_extensions, are_read_in_any_spelling) {
  const auto read = read_extensions({250,
                                     {},
                                     "mx.test hello\nsize 0\nAuth=login Plain\nAUTH PLAIN xoauth2\nstarttls\n"
                                     "PIPELINING\nX-UNKNOWN 5\n\n8bitmime\nSMTPUTF8\nDSN\nchunking"});
  EXPECT_EQ(read.info.greeted_as, "mx.test");
  EXPECT_TRUE(read.info.size);
  EXPECT_EQ(read.info.size_max, std::nullopt);
  EXPECT_EQ(read.info.auth, (std::vector<std::string>{"LOGIN", "PLAIN", "XOAUTH2"}));
  EXPECT_TRUE(read.starttls && read.info.pipelining && read.info.eight_bit && read.info.smtputf8 && read.info.dsn &&
              read.info.chunking);
}

TEST(smtp_extensions, of_the_first_line_are_none) {
  const auto read = read_extensions({250, {}, "STARTTLS PIPELINING"});
  EXPECT_FALSE(read.starttls || read.info.pipelining);
}

TEST(smtp_extensions, tell_a_size_only_by_a_number) {
  EXPECT_EQ(read_extensions({250, {}, "x\nSIZE 157286400"}).info.size_max, 157'286'400U);
  for (const auto* words : {"x\nSIZE", "x\nSIZE ", "x\nSIZE many", "x\nSIZE -1", "x\nSIZE 99999999999999999999999"}) {
    EXPECT_TRUE(read_extensions({250, {}, words}).info.size);
    EXPECT_EQ(read_extensions({250, {}, words}).info.size_max, std::nullopt) << words;
  }
  EXPECT_FALSE(read_extensions({250, {}, "x\nSIZES 5"}).info.size);
}

TEST(smtp_extensions, of_a_flood_of_mechanisms_are_bounded) {
  std::string words = "x\nAUTH";
  for (int i = 0; i < 500; ++i)
    words += " M" + std::to_string(i);
  EXPECT_EQ(read_extensions({250, {}, words}).info.auth.size(), limits::smtp_mechanisms_max);
}

struct stuffing {
  std::string mail, wire;
};

TEST(smtp_body, has_its_dots_stuffed_in_every_cut) {
  const stuffing cases[] = {
      {"", ".\r\n"},
      {"a\r\n", "a\r\n.\r\n"},
      {"a", "a\r\n.\r\n"},
      {"a\r", "a\r\n.\r\n"},
      {".", "..\r\n.\r\n"},
      {".\r\n", "..\r\n.\r\n"},
      {"..\r\n.a\r\n", "...\r\n..a\r\n.\r\n"},
      {"a\r\n.\r\nb.c\r\n.\r\n", "a\r\n..\r\nb.c\r\n..\r\n.\r\n"},
      {"\r\n\r\n.\r\n\r\n", "\r\n\r\n..\r\n\r\n.\r\n"},
      // Nobody may be made to see the end where it is not: bare line ends become whole ones, and what follows is a
      // line.
      {"a\n.\r\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n"},
      {"a\r.\r\nMAIL", "a\r\n..\r\nMAIL\r\n.\r\n"},
      {"a\r\r\n.\n", "a\r\n\r\n..\r\n.\r\n"},
      {"a\n\rb", "a\r\n\r\nb\r\n.\r\n"},
  };
  for (const auto& c : cases) {
    for (std::size_t first = 0; first <= c.mail.size(); ++first)
      for (std::size_t second = first; second <= c.mail.size(); ++second) {
        body_writer writer;
        auto wire = writer.write(c.mail.substr(0, first));
        wire += writer.write(c.mail.substr(first, second - first));
        wire += writer.write(c.mail.substr(second));
        EXPECT_EQ(wire + writer.finish(), c.wire) << c.mail << " cut at " << first << " and " << second;
      }
  }
}

TEST(smtp_body, that_needs_no_change_is_not_copied) {
  body_writer writer;
  std::string text(100'000, 'x');
  const auto* place = text.data();
  EXPECT_EQ(writer.write(std::move(text)).data(), place);
}

TEST(smtp_commands, refuse_addresses_that_break_out) {
  const std::string bad[] = {"a@b\r\nRCPT TO:<c@d>",
                             "a@b\n",
                             std::string("a\0b@c", 5),
                             "a@b>",
                             "<a@b",
                             "a b@c",
                             "\"a@b",
                             "a\\b@c",
                             "\"a> SIZE=1\"@b",
                             "a\x7f@b",
                             "b\xc3\xbc@c",
                             std::string(255, 'a')};
  for (const auto& address : bad) {
    EXPECT_EQ(check_envelope({.mail_from = "a@b", .recipients = {"x@y", address}}).error().code, errc::invalid_argument)
        << address;
    EXPECT_EQ(check_envelope({.mail_from = address, .recipients = {"x@y"}}).error().code, errc::invalid_argument)
        << address;
  }
  EXPECT_EQ(check_envelope({.mail_from = "a@b", .recipients = {}}).error().code, errc::invalid_argument);
  EXPECT_EQ(check_envelope({.mail_from = "a@b", .recipients = {""}}).error().code, errc::invalid_argument);
  EXPECT_EQ(check_envelope({.mail_from = "a@b", .recipients = {"\xff@b"}, .utf8 = true}).error().code,
            errc::invalid_argument);
  EXPECT_EQ(check_envelope({.recipients = {"a@b"}, .envelope_id = std::string(40, '=')}).error().code,
            errc::invalid_argument);
  EXPECT_EQ(check_envelope({.recipients = std::vector<std::string>(1001, "a@b")}).error().code, errc::too_large);
}

TEST(smtp_commands, take_every_address_that_is_one) {
  for (const auto* address : {"a@b", "\"a b\\\"c\"@d", "o'neil+tag@x.test", "a@[192.0.2.1]", "postmaster"})
    EXPECT_TRUE(check_envelope({.mail_from = "", .recipients = {address}})) << address;
  EXPECT_TRUE(check_envelope({.recipients = {"b\xc3\xbc@c"}, .utf8 = true}));
  EXPECT_TRUE(check_envelope({.recipients = std::vector<std::string>(1000, "a@b")}));
}

TEST(smtp_commands, use_what_the_server_offers) {
  envelope what{.mail_from = "a@b", .recipients = {"c@d"}, .size = 7, .eight_bit = true, .envelope_id = "a+b=c d"};
  EXPECT_EQ(mail_command(what, {.size = true, .dsn = true, .eight_bit = true}),
            "MAIL FROM:<a@b> SIZE=7 BODY=8BITMIME ENVID=a+2Bb+3Dc+20d\r\n");
  what.eight_bit = false;
  EXPECT_EQ(mail_command(what, {}), "MAIL FROM:<a@b>\r\n");
  EXPECT_EQ(mail_command({.recipients = {"c@d"}, .utf8 = true}, {.size = true, .smtputf8 = true}),
            "MAIL FROM:<> SMTPUTF8\r\n");
  EXPECT_EQ(rcpt_command("c@d"), "RCPT TO:<c@d>\r\n");
}

} // namespace
} // namespace postroom::smtp
