#include "protocol/mime/raw_submission.hpp"

#include "tests/protocol/mime/outgoing_support.hpp"

namespace postroom::mime {
namespace {

using test::mail;

constexpr auto our_id = "42@postroom.example";
const wall_time now{std::chrono::seconds{1'795'515'330}};

struct submitted {
  result<raw_facts> facts = fail(errc::internal);
  std::string octets;
};

submitted submit(std::string_view raw, std::size_t at_once = std::string_view::npos) {
  submitted done;
  test::string_sink sink;
  raw_submission submission(our_id, now, sink);
  for (std::size_t at = 0; at < raw.size(); at += std::min(at_once, raw.size() - at)) {
    if (auto fed = submission.feed(raw.substr(at, at_once)); !fed) {
      const auto finished = submission.finish(); // it is over, and says the same
      EXPECT_FALSE(finished.has_value());
      if (!finished) {
        EXPECT_EQ(finished.error().detail, fed.error().detail);
      }
      done.facts = fed.error();
      return done;
    }
  }
  done.facts = submission.finish();
  done.octets = sink.octets;
  EXPECT_LE(sink.largest, limits::submission_piece_bytes_max);
  if (done.facts) {
    EXPECT_EQ(done.facts->bytes, done.octets.size());
  }
  return done;
}

errc refusal(std::string_view raw) {
  const auto done = submit(raw);
  EXPECT_FALSE(done.facts.has_value()) << raw.substr(0, 200);
  if (done.facts)
    return errc::cancelled;
  EXPECT_FALSE(done.facts.error().detail.empty());
  return done.facts.error().code;
}

const auto sample = mail({
    "Return-Path: <bounce@example.com>",
    "Received: from x by y;",
    "\tTue, 24 Nov 2026 10:00:00 +0000",
    "From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.com>",
    "To: \"Support, Team\" <support@example.org>,",
    "  bob@example.org",
    "Cc: group: c1@example.org, c2@example.org;",
    "BCC: secret@example.org,",
    " other-secret@example.org",
    "Resent-Bcc: secret@example.org",
    "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=",
    "Message-Id: <theirs@example.com>",
    "X-Long: a",
    " b",
    "\tc",
    "",
    "Hello",
    ".",
    "Bcc: not a header here",
});

TEST(raw_submission, passes_on_what_shall_be_sent) {
  const auto done = submit(sample);
  ASSERT_TRUE(done.facts.has_value()) << to_string(done.facts.error());
  EXPECT_EQ(done.octets, mail({
                             "Received: from x by y;",
                             "\tTue, 24 Nov 2026 10:00:00 +0000",
                             "From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.com>",
                             "To: \"Support, Team\" <support@example.org>,",
                             "  bob@example.org",
                             "Cc: group: c1@example.org, c2@example.org;",
                             "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=",
                             "X-Long: a",
                             " b",
                             "\tc",
                             "X-Original-Message-ID: <theirs@example.com>",
                             "Message-ID: <42@postroom.example>",
                             "Date: Tue, 24 Nov 2026 10:15:30 +0000",
                             "MIME-Version: 1.0",
                             "",
                             "Hello",
                             ".",
                             "Bcc: not a header here",
                         }));
  const auto& facts = *done.facts;
  EXPECT_EQ(facts.from, (std::vector<address>{{"Anna Müller", "anna@example.com"}}));
  EXPECT_EQ(facts.to, (std::vector<address>{{"Support, Team", "support@example.org"}, {"", "bob@example.org"}}));
  EXPECT_EQ(facts.cc, (std::vector<address>{{"", "c1@example.org"}, {"", "c2@example.org"}}));
  EXPECT_EQ(facts.bcc, (std::vector<address>{{"", "secret@example.org"}, {"", "other-secret@example.org"}}));
  EXPECT_EQ(facts.subject, "Grüße");
  EXPECT_EQ(facts.original_message_id, "theirs@example.com");
  EXPECT_FALSE(facts.eight_bit || facts.utf8);
}

TEST(raw_submission, adds_nothing_that_is_there) {
  const auto head = mail({"MIME-version: 1.0", "date: Mon, 1 Jan 2024 00:00:00 +0000", "from: a@b.example"});
  EXPECT_EQ(submit(head + "\r\nx\r\n").octets, head + "Message-ID: <42@postroom.example>\r\n\r\nx\r\n");
}

TEST(raw_submission, does_not_depend_on_cuts_nor_line_ends) {
  std::string lf;
  std::string cr;
  for (const char c : sample) {
    if (c != '\r')
      lf += c;
    if (c != '\n')
      cr += c;
  }
  const auto expected = submit(sample).octets;
  for (const auto& raw : {sample, lf, cr})
    for (const std::size_t at_once : {1, 2, 3, 5, 64, 1000})
      EXPECT_EQ(submit(raw, at_once).octets, expected) << at_once;
}

TEST(raw_submission, ends_every_line_with_crlf) {
  const std::string body = "a\nb\rc\r\nd\r\r\n\n\re";
  for (const std::size_t at_once : {1, 2, 3, 100}) {
    const auto done = submit("From: a@b.example\n\n" + body, at_once);
    test::expect_sendable(done.octets);
    EXPECT_TRUE(done.octets.ends_with("\r\n\r\na\r\nb\r\nc\r\nd\r\n\r\n\r\n\r\ne\r\n")) << done.octets;
  }
}

TEST(raw_submission, takes_every_prefix_or_says_why_not) {
  for (std::size_t n = 0; n <= sample.size(); ++n) {
    const auto whole = submit(sample.substr(0, n));
    const auto single = submit(sample.substr(0, n), 1);
    EXPECT_EQ(whole.octets, single.octets);
    EXPECT_EQ(whole.facts.has_value(), single.facts.has_value());
    if (whole.facts)
      test::expect_sendable(whole.octets);
    EXPECT_EQ(whole.octets.find("secret"), std::string::npos) << n;
  }
}

TEST(raw_submission, needs_no_body) {
  for (const auto* raw : {"From: a@b.example", "From: a@b.example\n", "From: a@b.example\r\n\r\n"}) {
    const auto done = submit(raw);
    ASSERT_TRUE(done.facts.has_value()) << raw;
    EXPECT_TRUE(done.octets.ends_with("MIME-Version: 1.0\r\n\r\n"));
  }
}

TEST(raw_submission, refuses_what_is_no_mail) {
  for (const auto* raw :
       {"", "\r\n", "\r\nFrom: a@b\r\n\r\n", "just text", "From: a@b.example\r\nno field\r\n\r\n",
        " From: a@b.example\r\n\r\n", "From anna@example.com Tue Nov 24 10:15:30 2026\nFrom: a@b\n\n",
        ">From anna@example.com Tue Nov 24\nFrom: a@b\n\n", "From: a@b.example\r\n: empty name\r\n\r\n"})
    EXPECT_EQ(refusal(raw), errc::invalid_argument) << raw;
  EXPECT_NE(submit("From x@y\n\n").facts.error().detail.find("mbox"), std::string::npos);
}

TEST(raw_submission, needs_exactly_one_sender) {
  for (const auto* from : {"", "To: x@y.example", "From:", "From: Anna", "From: a@b.example, c@d.example",
                           "From: a@b.example\r\nFrom: c@d.example", "From: a@b.example\r\nFrom: a@b.example",
                           "From: g:;", "From: <a..b@example.com>", "From: a@-b"})
    EXPECT_EQ(refusal("Subject: x\r\n" + std::string(from) + "\r\n\r\n"), errc::invalid_argument) << from;
}

TEST(raw_submission, says_where_a_nul_is) {
  using namespace std::string_literals;
  const auto raw = "From: a@b.example\r\n\r\nx\0y"s;
  for (const std::size_t at_once : {1, 7, 100}) {
    const auto done = submit(raw, at_once);
    ASSERT_FALSE(done.facts.has_value());
    EXPECT_EQ(done.facts.error().code, errc::invalid_argument);
    EXPECT_NE(done.facts.error().detail.find("octet 23 "), std::string::npos) << done.facts.error().detail;
  }
  EXPECT_EQ(refusal("From: a@b\0.example\r\n\r\n"s), errc::invalid_argument);
}

TEST(raw_submission, bounds_the_header) {
  const std::string from = "From: a@b.example\r\n";
  EXPECT_TRUE(submit(from + "X: " + std::string(995, 'x') + "\r\n\r\n").facts.has_value());
  EXPECT_EQ(refusal(from + "X: " + std::string(996, 'x') + "\r\n\r\n"), errc::invalid_argument);
  std::string block = from;
  while (block.size() < limits::mime_header_block_bytes_max)
    block += "X-Filler: " + std::string(900, 'x') + "\r\n";
  EXPECT_EQ(refusal(block + "\r\n"), errc::too_large);
  // A list that would be cut off loses recipients.
  std::string list = "Bcc: x@y.example";
  while (list.size() < limits::mime_list_header_bytes_max)
    list += ",\r\n " + std::string(60, 'r') + "@example.org";
  EXPECT_EQ(refusal(from + list + "\r\n\r\n"), errc::too_large);
  std::string many = "To: x@y.example";
  for (int i = 0; i < 1000; ++i)
    many += ",\r\n x@y.example";
  EXPECT_EQ(refusal(from + many + "\r\n\r\n"), errc::too_large);
  EXPECT_TRUE(submit(from + "X: y\r\n\r\n" + std::string(5000, 'b')).facts.has_value());
}

TEST(raw_submission, leaves_no_line_that_looks_like_the_end_of_the_header) {
  const auto done = submit("From: a@b.example\r\nSubject : x\r\n \t\r\n y\r\n \r\nX: z\r\n\r\nbody\r\n");
  ASSERT_TRUE(done.facts.has_value());
  EXPECT_TRUE(done.octets.starts_with("From: a@b.example\r\nSubject: x\r\n y\r\nX: z\r\n")) << done.octets;
}

TEST(raw_submission, tells_what_the_transport_must_be_able_to_do) {
  EXPECT_TRUE(submit("From: a@b.example\r\n\r\n\xFF").facts.value().eight_bit);
  EXPECT_FALSE(submit("From: a@b.example\r\n\r\n\xFF").facts.value().utf8);
  EXPECT_TRUE(submit("From: Müller <a@b.example>\r\n\r\nx").facts.value().utf8);
  EXPECT_FALSE(submit("From: Müller <a@b.example>\r\n\r\nx").facts.value().eight_bit);
  EXPECT_EQ(submit("From: Müller <mü@b.example>\r\n\r\nx").facts.value().from,
            (std::vector<address>{{"Müller", "mü@b.example"}}));
  EXPECT_FALSE(submit("From: a@b.example\r\nBcc: ü@b.example\r\n\r\nx").facts.value().utf8); // is not sent
  EXPECT_EQ(refusal("From: M\xFCller <a@b.example>\r\n\r\n"), errc::invalid_argument);
}

TEST(raw_submission, leaves_domains_in_punycode_alone) {
  const auto done = submit("From: A <a@xn--bcher-kva.example>\r\nTo: B <b@XN--bcher-kva.example>, c@d.example\r\n"
                           "Cc: \"x@b\u00fccher\" <e@b\u00fccher.example>\r\n\r\n");
  ASSERT_TRUE(done.facts.has_value());
  EXPECT_EQ(done.facts->from.at(0).address, "a@xn--bcher-kva.example");
  EXPECT_FALSE(needs_utf8(done.facts->to.at(0).address)) << done.facts->to.at(0).address;
  EXPECT_EQ(done.facts->to.at(1).address, "c@d.example");
  EXPECT_EQ(done.facts->cc.at(0).address, "e@b\u00fccher.example");
}

TEST(raw_submission, keeps_one_original_message_id) {
  const auto twice = submit("Message-ID: <one@x>\r\nFrom: a@b.example\r\nMessage-ID:\r\n <two@x>\r\n"
                            "X-Original-Message-ID: <older@x>\r\n\r\n");
  EXPECT_EQ(twice.facts.value().original_message_id, "one@x");
  EXPECT_EQ(twice.octets.find("two@x"), std::string::npos);
  EXPECT_EQ(twice.octets.find("older@x"), std::string::npos);
  const auto none = submit("From: a@b.example\r\nX-Original-Message-ID: <older@x>\r\n\r\n");
  EXPECT_EQ(none.facts.value().original_message_id, "");
  EXPECT_NE(none.octets.find("older@x"), std::string::npos);
}

TEST(raw_submission, fails_as_its_sink_does_and_leaves_it_alone_then) {
  const auto raw = sample + std::string(300'000, 'x');
  for (std::size_t good = 0; good < 5; ++good) {
    test::failing_sink sink(good);
    raw_submission submission(our_id, now, sink);
    for (std::size_t at = 0; at < raw.size(); at += 1000)
      if (!submission.feed(std::string_view(raw).substr(at, 1000)))
        break;
    const auto done = submission.finish();
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, errc::disk_full);
    EXPECT_EQ(submission.feed("more").error().code, errc::disk_full);
    EXPECT_EQ(sink.pieces, good + 1);
  }
}

TEST(raw_submission, is_finished_once) {
  test::string_sink sink;
  raw_submission submission(our_id, now, sink);
  ASSERT_TRUE(submission.feed("From: a@b.example\r\n\r\n").has_value());
  EXPECT_TRUE(submission.finish().has_value());
  EXPECT_FALSE(submission.finish().has_value());
  EXPECT_FALSE(submission.feed("x").has_value());
}

TEST(raw_submission, takes_what_compose_writes) {
  auto what = test::letter();
  what.text = "Grüße\n";
  what.html = "<p>ß</p>";
  what.attachments = {{"m.eml", "message/rfc822", "", disposition::attachment, test::holding(test::raw_8bit())}};
  const auto raw = test::composed_octets(what);
  const auto done = submit(raw, 777);
  ASSERT_TRUE(done.facts.has_value());
  EXPECT_EQ(done.facts->original_message_id, what.message_id);
  EXPECT_EQ(done.facts->to, what.to);
  EXPECT_TRUE(done.octets.ends_with(raw.substr(raw.find("\r\n\r\n"))));
}

} // namespace
} // namespace postroom::mime
