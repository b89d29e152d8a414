#include "tests/conformance/smtp_conversation.hpp"

#include <gtest/gtest.h>

/// The stand-in's submission, with its generic face, beside Postfix.
namespace postroom::test {
namespace {

std::string id_of(const std::string& name) {
  return "<" + name + "@contoso.test>";
}

/// Headers of a mail, with the blank line.
std::string header_of(const std::string& name) {
  return "From: " + std::string{smtp_people::sender} + "\r\nTo: " + smtp_people::recipient +
         "\r\nDate: Tue, 24 Nov 2026 09:00:00 +0100\r\nSubject: " + name + "\r\nMessage-ID: " + id_of(name) +
         "\r\n\r\n";
}

std::string mail_from(const std::string& parameters = {}) {
  return "MAIL FROM:<" + std::string{smtp_people::sender} + ">" + parameters;
}

std::string rcpt_to(const std::string& address = smtp_people::recipient) {
  return "RCPT TO:<" + address + ">";
}

class smtp_conformance : public testing::Test {
protected:
  void compare(const smtp_conversation& said) {
    static const auto postfix = make_postfix_submission();
    if (!postfix)
      GTEST_SKIP() << "Postfix wants root";
    expect_alike(said, *make_stand_in_submission(), *postfix);
  }
};

TEST_F(smtp_conformance, hello_and_tls) {
  compare(smtp_conversation{"hello"}
              .greeting()
              .say("NOOP")
              .say("EHLO")
              .say("HELO client.example.test")
              .say("EHLO client.example.test")
              .say("STARTTLS now")
              .start_tls()
              .say("STARTTLS")
              .say("EHLO [127.0.0.1]")
              .say("STARTTLS")
              .say("QUIT"));
}

TEST_F(smtp_conformance, login_comes_after_tls) {
  compare(smtp_conversation{"before TLS"}
              .greeting()
              .say("EHLO client.example.test")
              .say("AUTH PLAIN AGEAYg==")
              .say(mail_from())
              .say("VRFY anna")
              .say("QUIT"));
}

TEST_F(smtp_conformance, refuses_logins) {
  compare(smtp_conversation{"logins"}
              .secure()
              .say("AUTH")
              .say("AUTH NONSENSE")
              .say("AUTH PLAIN")
              .say("*")
              .say("NOOP")
              .say("AUTH XOAUTH2 !!!"));
}

TEST_F(smtp_conformance, order_of_commands) {
  compare(smtp_conversation{"order"}
              .sign_in()
              .say("AUTH PLAIN AGEAYg==")
              .say(rcpt_to())
              .say("DATA")
              .say(mail_from())
              .say(mail_from())
              .say("DATA")
              .say("AUTH PLAIN AGEAYg==")
              .say(rcpt_to())
              .say("RSET")
              .say(rcpt_to())
              .say("NOOP with words")
              .say("NONSENSE")
              .say("VRFY anna@contoso.test")
              .say("QUIT"));
}

TEST_F(smtp_conformance, addresses) {
  smtp_conversation said{"addresses"};
  said.sign_in();
  for (const auto* sender : {"MAIL", "MAIL FROM", "MAIL FROM:", "MAIL TO:<a@b.test>", "MAIL FROM:<a b@c.test>",
                             "MAIL FROM:<support@contoso.test> NONSENSE=1", "MAIL FROM:<support@contoso.test> SIZE=x",
                             "MAIL FROM:<support@contoso.test> BODY=9BIT", "mail from:<support@contoso.test>",
                             "MAIL FROM:<support@contoso.test> BODY=8BITMIME SIZE=1000",
                             "MAIL FROM:<support@contoso.test> RET=HDRS ENVID=abc"})
    said.say(sender).say("RSET");
  said.say(mail_from());
  for (const auto* recipient :
       {"RCPT", "RCPT TO:", "RCPT TO:<>", "RCPT TO:<a b@c.test>", "RCPT TO:<anna@contoso.test> X=1",
        "rcpt to:<anna@contoso.test>", "RCPT TO:<anna@contoso.test> NOTIFY=NEVER"})
    said.say(recipient);
  compare(said.say("RSET"));
}

TEST_F(smtp_conformance, a_mail_arrives_as_it_was) {
  const auto text = header_of("plain") + "Hello,\r\n..a dot, doubled\r\n...\r\n.. \r\n\r\ntrailing blanks  \r\n\r\n";
  compare(smtp_conversation{"a mail"}.sign_in().submit(text).arrived(id_of("plain")).say("NOOP"));
}

TEST_F(smtp_conformance, eight_bits_and_several_recipients) {
  compare(smtp_conversation{"8bit"}
              .sign_in()
              .say(mail_from(" BODY=8BITMIME"))
              .say(rcpt_to())
              .say(rcpt_to(smtp_people::other_recipient))
              .say("DATA")
              .send(header_of("eight") + "Gr\xC3\xBC\xC3\x9F"
                                         "e\r\n.\r\n",
                    1)
              .arrived(id_of("eight")));
}

TEST_F(smtp_conformance, pipelined) {
  compare(smtp_conversation{"pipelined"}
              .sign_in()
              .send(mail_from() + "\r\n" + rcpt_to() + "\r\nRCPT TO:<a b@c>\r\nDATA\r\n", 4)
              .send(header_of("piped") + "x\r\n.\r\n" + mail_from() + "\r\nRSET\r\nNOOP\r\n", 4)
              .arrived(id_of("piped"))
              .send("NOOP\r\nRSET\r\nQUIT\r\n", 3));
}

TEST_F(smtp_conformance, too_large) {
  std::string large = header_of("large");
  while (large.size() <= smtp_server::mail_bytes_max)
    large += std::string(70, 'x') + "\r\n";
  compare(smtp_conversation{"too large"}
              .sign_in()
              .say(mail_from(" SIZE=1000000"))
              .say("RSET")
              .submit(large)
              .submit(header_of("after") + "x\r\n")
              .arrived(id_of("after"))
              .absent(id_of("large")));
}

TEST_F(smtp_conformance, lines_of_998_octets) {
  compare(smtp_conversation{"lines"}
              .sign_in()
              .submit(header_of("lines") + std::string(998, 'x') + "\r\nend\r\n")
              .arrived(id_of("lines")));
}

TEST_F(smtp_conformance, chunks) {
  const auto text = header_of("chunks") + ".a dot\r\n.\r\nend\r\n";
  const auto half = text.size() / 2;
  compare(smtp_conversation{"chunks"}
              .sign_in()
              .say(mail_from())
              .say(rcpt_to())
              .send("BDAT " + std::to_string(half) + "\r\n" + text.substr(0, half), 1)
              .say("DATA")
              .send("BDAT " + std::to_string(text.size() - half) + "\r\n" + text.substr(half), 1)
              .send("BDAT 0 LAST\r\n", 1)
              .arrived(id_of("chunks"))
              .say("NOOP"));
}

TEST_F(smtp_conformance, chunks_out_of_order) {
  compare(smtp_conversation{"chunks out of order"}
              .sign_in()
              .send("BDAT 5 LAST\r\nabcd\n", 1)
              .say("RSET")
              .say(mail_from())
              .send("BDAT 5\r\nabcd\n", 1)
              .say(rcpt_to())
              .send("BDAT 5 LAST\r\nabcd\n", 1)
              .say("RSET")
              .submit(header_of("after chunks") + "x\r\n")
              .arrived(id_of("after chunks")));
}

TEST_F(smtp_conformance, lines_that_are_too_long) {
  compare(smtp_conversation{"too long"}
              .sign_in()
              .say("NOOP " + std::string(400, 'x'))
              .say("NONSENSE " + std::string(1500, 'x'))
              .submit(header_of("long") + std::string(5000, 'x') + "\r\nend\r\n")
              .say("NOOP"));
}

TEST_F(smtp_conformance, paths_in_other_clothes) {
  smtp_conversation said{"paths"};
  said.sign_in();
  for (const auto* sender :
       {"MAIL FROM: <support@contoso.test>", "MAIL FROM:<\"support\"@contoso.test>", "MAIL FROM:<support>",
        "MAIL FROM:<@hop.test:support@contoso.test>", "MAIL FROM:<support@contoso.test>x"})
    said.say(sender).say("RSET");
  said.say(mail_from());
  for (const auto* recipient :
       {"RCPT TO: <anna@contoso.test>", "RCPT TO:<@hop.test:anna@contoso.test>", "RCPT TO:<anna@>",
        "RCPT TO:<@contoso.test>", "RCPT TO:<anna@[192.0.2.1]>", "RCPT TO:<anna@b@contoso.test>",
        "RCPT TO:<anna@contoso.test", "RCPT TO:<anna@contoso..test>"})
    said.say(recipient);
  compare(said);
}

TEST_F(smtp_conformance, who_makes_too_many_mistakes) {
  smtp_conversation said{"mistakes"};
  said.sign_in();
  for (int i = 0; i < 21; ++i)
    said.say("NONSENSE");
  compare(said);
}

TEST_F(smtp_conformance, an_empty_mail_and_one_without_a_body) {
  const auto header = header_of("header only");
  compare(smtp_conversation{"no body"}.sign_in().submit(header).say("NOOP"));
}

TEST_F(smtp_conformance, senders_who_may_not) {
  compare(smtp_conversation{"senders"}
              .sign_in()
              .send("MAIL FROM:<" + std::string{smtp_people::stranger} + ">\r\n" + rcpt_to() + "\r\n", 2)
              .say("RSET")
              .submit(header_of("fine") + "x\r\n")
              .arrived(id_of("fine")));
}

} // namespace
} // namespace postroom::test
