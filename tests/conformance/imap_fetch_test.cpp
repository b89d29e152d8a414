#include "tests/conformance/imap_fixture.hpp"
#include "tests/conformance/sample_mails.hpp"

/// FETCH of every item of every sample mail.
namespace postroom::test {
namespace {

class imap_fetch : public imap_conformance {
protected:
  /// `items` of each mail, a step for each, so that a difference shows its mail.
  static imap_conversation of_each_mail(const std::string& name, const std::vector<std::string>& items) {
    imap_conversation said{name};
    said.sign_in().fill(sample_mails()).say("SELECT INBOX");
    for (const auto& item : items)
      for (std::size_t i = 1; i <= sample_mails().size(); ++i)
        said.say("FETCH " + std::to_string(i) + " " + item);
    return said;
  }
};

TEST_P(imap_fetch, envelope) {
  compare(of_each_mail("envelope", {"ENVELOPE"}));
}

TEST_P(imap_fetch, structure) {
  compare(of_each_mail("structure", {"BODYSTRUCTURE", "BODY"}));
}

TEST_P(imap_fetch, whole_mails) {
  compare(of_each_mail("whole mails", {"BODY.PEEK[]", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "RFC822.HEADER",
                                       "(RFC822 FLAGS)", "RFC822.TEXT"}));
}

TEST_P(imap_fetch, header_fields) {
  compare(of_each_mail("header fields",
                       {"BODY.PEEK[HEADER.FIELDS (FROM Subject message-id)]", "BODY.PEEK[HEADER.FIELDS (\"X-None\")]",
                        "BODY.PEEK[HEADER.FIELDS.NOT (From To Received Date)]"}));
}

TEST_P(imap_fetch, parts) {
  compare(of_each_mail("parts", {"BODY.PEEK[1]", "BODY.PEEK[1.MIME]", "BODY.PEEK[2]", "BODY.PEEK[2.MIME]"}));
}

TEST_P(imap_fetch, parts_of_a_forwarded_mail) {
  imap_conversation said{"parts of a forwarded mail"};
  said.sign_in().fill({sample_mails()[3]}).say("SELECT INBOX");
  for (const auto* section :
       {"2.HEADER", "2.TEXT", "2.1", "2.1.MIME", "2.2", "2.2.MIME", "2.2.HEADER", "2.2.TEXT", "2.2.1", "2.2.1.MIME",
        "2.HEADER.FIELDS (Subject)", "2.HEADER.FIELDS.NOT (Subject)", "2.2.HEADER.FIELDS (From)"})
    said.say("FETCH 1 BODY.PEEK[" + std::string{section} + "]");
  compare(said);
}

TEST_P(imap_fetch, parts_that_do_not_exist) {
  imap_conversation said{"parts that do not exist"};
  said.sign_in().fill({sample_mails()[0], sample_mails()[3]}).say("SELECT INBOX");
  for (const auto* section : {"3", "1.1", "1.HEADER", "1.TEXT", "2.3", "2.1.1", "2.2.2"})
    said.say("FETCH 1:2 BODY.PEEK[" + std::string{section} + "]");
  compare(said);
}

TEST_P(imap_fetch, partial_octets) {
  compare(imap_conversation{"partial octets"}
              .sign_in()
              .fill({sample_mails()[3]})
              .say("SELECT INBOX")
              .say("FETCH 1 BODY.PEEK[]<0.10>")
              .say("FETCH 1 BODY.PEEK[]<5.10>")
              .say("FETCH 1 BODY.PEEK[]<100000.10>")
              .say("FETCH 1 BODY.PEEK[]<0.4000000000>")
              .say("FETCH 1 BODY.PEEK[2]<3.20>")
              .say("FETCH 1 BODY.PEEK[HEADER]<3.20>")
              .say("FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]<3.20>")
              .say("FETCH 1 BODY.PEEK[]<0.0>")
              .say("FETCH 1 BODY.PEEK[]<5>"));
}

TEST_P(imap_fetch, macros_and_dates) {
  auto said = of_each_mail("macros", {"FAST", "ALL", "FULL", "(INTERNALDATE FLAGS UID)"});
  compare(said.say("FETCH 1 (FAST)").say("FETCH 1 (ALL FLAGS)"));
}

TEST_P(imap_fetch, sets_seen) {
  compare(imap_conversation{"sets seen"}
              .sign_in()
              .fill(small_mails(6))
              .say("SELECT INBOX")
              .say("FETCH 1 BODY[]")
              .say("FETCH 2 BODY.PEEK[]")
              .say("FETCH 3 BODY[1]")
              .say("FETCH 4 (RFC822.HEADER BODY ENVELOPE)")
              .say("FETCH 5 (FLAGS RFC822.TEXT)")
              .say("FETCH 1 BODY[]")
              .say("FETCH 1:* FLAGS")
              .say("EXAMINE INBOX")
              .say("FETCH 6 BODY[]")
              .say("FETCH 6 FLAGS"));
}

TEST_P(imap_fetch, sets_of_numbers) {
  compare(imap_conversation{"sets of numbers"}
              .sign_in()
              .fill(small_mails(6))
              .say("SELECT INBOX")
              .say("FETCH 2,4:5 UID")
              .say("FETCH * UID")
              .say("FETCH 5:* UID")
              .say("FETCH *:5 UID")
              .say("FETCH 4:2 UID")
              .say("UID FETCH 1:* FLAGS")
              .say("UID FETCH * (UID)")
              .say("UID FETCH 100:* (UID)")
              .say("UID FETCH 100 (UID)")
              .say("UID FETCH 100:200 (UID)")
              .say("UID FETCH 3,3,2:3 (UID)"));
}

TEST_P(imap_fetch, what_makes_no_sense) {
  imap_conversation said{"what makes no sense"};
  said.sign_in().fill(small_mails(2)).say("SELECT INBOX");
  for (const auto* wrong :
       {"FETCH", "FETCH 1", "FETCH x FLAGS", "FETCH 0 FLAGS", "FETCH 1: FLAGS", "FETCH 1, FLAGS", "FETCH 1 ()",
        "FETCH 1 (FLAGS", "FETCH 1 NONSENSE", "FETCH 1 BODY[", "FETCH 1 BODY[FOO]", "FETCH 1 BODY[HEADER.FIELDS]",
        "FETCH 1 BODY[HEADER.FIELDS ()]", "FETCH 1 BODY[1.]", "FETCH 1 BODY[0]", "FETCH 1 BODY[MIME]", "FETCH 7 FLAGS",
        "FETCH 1:7 FLAGS", "UID FETCH x FLAGS"})
    said.say(wrong);
  compare(said);
}

INSTANTIATE_TEST_SUITE_P(conformance, imap_fetch, compared_manners(), name_of_manners);

} // namespace
} // namespace postroom::test
