#include "tests/protocol/imap/known_answers.hpp"

namespace postroom::imap::testing {

namespace {

using answers = std::vector<known_answer>;

const answers status_answers{
    {"* OK The Microsoft Exchange IMAP4 service is ready. [TQBXAEgAUABSADIAMQA=]\r\n",
     "* OK 'The Microsoft Exchange IMAP4 service is ready. [TQBXAEgAUABSADIAMQA=]'", "", ""},
    {"* OK Gimap ready for requests from 192.0.2.1 a1mb1\r\n", "* OK 'Gimap ready for requests from 192.0.2.1 a1mb1'",
     "", ""},
    {"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready.\r\n",
     "* OK [CAPABILITY|IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] 'Dovecot ready.'", "", ""},
    {"A1 NO AUTHENTICATE failed.\r\n", "A1 NO 'AUTHENTICATE failed.'", "", ""},
    {"A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n",
     "A1 NO [AUTHENTICATIONFAILED|] 'Invalid credentials (Failure)'", "", ""},
    {"* BYE Session invalidated - AccessTokenExpired\r\n", "* BYE 'Session invalidated - AccessTokenExpired'", "", ""},
    {"* PREAUTH IMAP4rev1 server logged in as Smith\r\n", "* PREAUTH 'IMAP4rev1 server logged in as Smith'", "", ""},
    {"A3 BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n",
     "A3 BAD 'Request is throttled. Suggested Backoff Time: 92415 milliseconds'", "", ""},
    {"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags\r\n",
     "* OK [PERMANENTFLAGS|(\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] 'Permanent flags'", "", ""},
    {"* OK [UIDVALIDITY 14] UIDVALIDITY value\r\n", "* OK [UIDVALIDITY|14] 'UIDVALIDITY value'", "", ""},
    {"* NO [BADCHARSET (\"x]y\" US-ASCII)] no\r\n", "* NO [BADCHARSET|(\"x]y\" US-ASCII)] 'no'", "", ""},
    {"* NO [X \"] unbalanced\r\n", "* NO [X|\"] 'unbalanced'", "", ""},
    {"a7 ok [read-only] done\r\n", "a7 OK [READ-ONLY|] 'done'", "", ""},
    {"A1 OK\r\n", "A1 OK ''", "missing_text", ""},
    {"* OK [ALERT]\r\n", "* OK [ALERT|] ''", "missing_text", ""},
    {"* OK [UNCLOSED text\r\n", "* OK '[UNCLOSED text'", "broken_code", ""},
    {"[COPYUID 55 31 6]\r\n", "* OK [COPYUID|55 31 6] ''", "missing_status missing_text", ""},
    {"* [COPYUID 55 31 6]\r\n", "* OK [COPYUID|55 31 6] ''", "missing_status missing_text", ""},
    {"* OK [COPYUID 14  ] done\r\n", "* OK 'done'", "empty_copyuid", ""},
    {"* OK [COPYUID 14 1:3 7:9] done\r\n", "* OK [COPYUID|14 1:3 7:9] 'done'", "", ""},
    {"* OK the text ends in {5}\r\n", "* OK 'the text ends in {5}'", "", ""},
    {"A2 NO text ends in {12345678901}\r\n", "A2 NO 'text ends in {12345678901}'", "", ""},
    {"+ IDLE accepted, awaiting DONE command.\r\n", "PLUS 'IDLE accepted, awaiting DONE command.'", "", ""},
    {"+ \r\n", "PLUS ''", "", ""},
    {"+\r\n", "PLUS ''", "", ""},
    {"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", "PLUS 'eyJzdGF0dXMiOiI0MDAifQ=='", "", ""},
    {"Server Unavailable. 15\r\n", "UNKNOWN 'Server Unavailable. 15'", "raw_line", ""},
    {"A1 HELLO\r\n", "UNKNOWN 'A1 HELLO'", "raw_line", ""},
    {"*OK no blank\r\n", "UNKNOWN '*OK no blank'", "raw_line", ""},
    {"* OK bare\n", "* OK 'bare'", "bare_line_feed", ""},
};

const answers data_answers{
    {"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
     "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+\r\n",
     "CAPABILITY IMAP4 IMAP4REV1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
     "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+",
     "", ""},
    {"* LIST (\\Marked \\HasNoChildren) \"/\" INBOX\r\n", "LIST (\\Marked \\HasNoChildren) / 'INBOX'", "", ""},
    {"* LIST (\\HasNoChildren) \"/\" \"Gesendete Elemente\"\r\n", "LIST (\\HasNoChildren) / 'Gesendete Elemente'", "",
     ""},
    {"* LIST () \"\\\\\" \"a\\\\b \\\"c\\\"\"\r\n", "LIST () \\ 'a\\b \"c\"'", "", ""},
    {"* LSUB () NIL {7}\r\nfoo\r\nab\r\n", "LIST () NIL 'foo\r\nab'", "", ""},
    {"* LIST () \"/\" Sync Issues (old)\r\n", "LIST () / 'Sync Issues (old)'", "odd_folder_name", ""},
    {"* LIST () \"/\" a\x01z\r\n", "LIST () / 'a\x01z'", "odd_folder_name", ""},
    {"* LIST () \"/\" \"Entw\xC3\xBCrfe\"\r\n", "LIST () / 'Entw\xC3\xBCrfe'", "eight_bit_in_quoted", ""},
    {"* LIST () \"/\" name{5}\r\n", "LIST () / 'name{5}'", "odd_folder_name", ""},
    {"* LIST () \".\" \"new\" (\"OLDNAME\" (\"old\"))\r\n", "LIST () . 'new'", "", ""},
    {"* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n", "STATUS 'blurdybloop' MESSAGES=231 UIDNEXT=44292", "",
     ""},
    {"* STATUS \"a (b)\" (UNSEEN 0 MAILBOXID (F2212ea87)) \r\n", "STATUS 'a (b)' UNSEEN=0", "", ""},
    {"* STATUS INBOX (UIDNEXT 5 MAILBOXID (F1) UNSEEN 2)\r\n", "STATUS 'INBOX' UIDNEXT=5 UNSEEN=2", "", ""},
    {"* STATUS Archive (old) (UIDNEXT 5)\r\n", "STATUS 'Archive (old)' UIDNEXT=5", "odd_folder_name", ""},
    {"* STATUS {3}\r\na b (UIDNEXT 7)\r\n", "STATUS 'a b' UIDNEXT=7", "", ""},
    {"* SEARCH 2 3 6\r\n", "SEARCH 2 3 6", "", ""},
    {"* SEARCH\r\n", "SEARCH", "", ""},
    {"* SEARCH 2 5 (MODSEQ 917162500)\r\n", "SEARCH 2 5", "", ""},
    {"* ESEARCH (TAG \"A282\") UID ALL 1:3,9 COUNT 4\r\n", "SEARCH[A282] 1 2 3 9", "", ""},
    {"* ESEARCH (TAG \"A283\") MIN 2 COUNT 4\r\n", "SEARCH[A283]", "", ""},
    {"* ESEARCH UID ALL 1:4294967294\r\n", "UNKNOWN '* ESEARCH UID ALL 1:4294967294'", "too_many_numbers", ""},
    {"* 23 EXISTS\r\n", "EXISTS 23", "", ""},
    {"* 23 EXISTS \r\n", "EXISTS 23", "trailing_text", ""},
    {"* 5 RECENT\r\n", "RECENT 5", "", ""},
    {"* 44 EXPUNGE\r\n", "EXPUNGE 44", "", ""},
    {"* VANISHED (EARLIER) 41,43:116,118\r\n", "VANISHED earlier 41,43:116,118", "", ""},
    {"* VANISHED 405,407\r\n", "VANISHED 405,407", "", ""},
    {"* FLAGS (\\Seen \\Answered $MDNSent)\r\n", "FLAGS \\Seen \\Answered $MDNSent", "", ""},
    {"* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\n",
     "ID name=Microsoft.Exchange.Imap4.Imap4Server version=15.20", "", ""},
    {"* ID NIL\r\n", "ID ", "", ""},
    {"* ENABLED CONDSTORE QRESYNC\r\n", "ENABLED CONDSTORE QRESYNC", "", ""},
    {"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n", "NAMESPACE ((\"\" \"/\")) NIL NIL", "", ""},
    {"* 7 GARBAGE (x)\r\n", "UNKNOWN '* 7 GARBAGE (x)'", "", ""},
    {"* QUOTA \"\" (STORAGE 10 512)\r\n", "UNKNOWN '* QUOTA \"\" (STORAGE 10 512)'", "", ""},
    {"* 99999999999 EXISTS\r\n", "UNKNOWN '* 99999999999 EXISTS'", "", ""},
};

const answers fetch_answers{
    {"* 23 FETCH (FLAGS (\\Seen) UID 4827313)\r\n", "FETCH 23 uid=4827313 flags=(\\Seen)", "", ""},
    {"* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 MODSEQ (624140003))\r\n",
     "FETCH 1 date=1996-07-17T09:44:25.000Z size=4286 modseq=624140003", "", ""},
    {"* 1 FETCH (INTERNALDATE \"never\" UID 3)\r\n", "FETCH 1 uid=3", "broken_date", ""},
    {"* 2 FETCH (UID 9 BODY[] {11}\r\nSubject: x\n FLAGS ())\r\n", "FETCH 2 uid=9 flags=() body=11", "",
     "Subject: x\n"},
    {"* 2 FETCH (BODY[]<0> {3}\r\n)\r\n UID 9)\r\n", "FETCH 2 uid=9 body=3", "", ")\r\n"},
    {"* 2 FETCH (RFC822 {0}\r\n UID 9)\r\n", "FETCH 2 uid=9 body=0", "", ""},
    {"* 2 FETCH (UID 9 BINARY[] ~{4}\r\na\r\nb)\r\n", "FETCH 2 uid=9 body=4", "", "a\r\nb"},
    {"* 2 fetch (uid 9 body[] {2}\r\nab)\r\n", "FETCH 2 uid=9 body=2", "", "ab"},
    {"* 2 FETCH (UID 9 BODY[] NIL)\r\n", "FETCH 2 uid=9 body=NIL", "body_nil", ""},
    {"* 2 FETCH (UID 9 BODY[] \"a \\\"b\\\"\" FLAGS (x))\r\n", "FETCH 2 uid=9 flags=(x) body=5", "body_as_string",
     "a \"b\""},
    {"* 2 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {12}\r\nSubject: x\r\n BODY[1]<0> \"hi\" BODY[2] NIL UID 4)\r\n",
     "FETCH 2 uid=4 section[HEADER.FIELDS (SUBJECT)]='Subject: x\r\n' section[1]='hi'", "", ""},
    {"* 2 FETCH (X-GM-MSGID 1278455344230334865 X-GM-LABELS (\"\\\\Inbox\" {3}\r\n(\r\n) UID 4)\r\n", "FETCH 2 uid=4",
     "", ""},
    {"* 12 FETCH (ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary\" "
     "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((NIL NIL \"s\" \"h\")) NIL ((NIL NIL \"imap\" \"x.edu\")"
     "(\"KLENSIN\" NIL \"K\" \"INFOODS.MIT.EDU\")) NIL \"\" NIL \"<B27397-0100000@cac.washington.edu>\") UID 8)\r\n",
     "FETCH 12 uid=8 env{Wed, 17 Jul 1996 02:23:25 -0700 (PDT)|IMAP4rev2 WG mtg summary|from:Terry "
     "Gray<gray@cac.washington.edu>|sender:<s@h>|reply:|to:<imap@x.edu>,KLENSIN<K@INFOODS.MIT.EDU>|cc:|bcc:||"
     "<B27397-0100000@cac.washington.edu>}",
     "", ""},
    {"* 12 FETCH (ENVELOPE (NIL {6}\r\nBODY[] ((NIL NIL {2}\r\n\"( \"h\")) NIL NIL NIL NIL NIL NIL NIL) UID 8)\r\n",
     "FETCH 12 uid=8 env{|BODY[]|from:<\"(@h>|sender:|reply:|to:|cc:|bcc:||}", "", ""},
    {"* 12 FETCH (ENVELOPE (NIL (what) NIL) FLAGS (a) UID 8)\r\n", "FETCH 12 uid=8 flags=(a)", "broken_envelope", ""},
    {"* 12 FETCH (ENVELOPE (NIL ((broken NIL) FLAGS (a) UID 8)\r\n", "FETCH 12 uid=8 flags=(a)",
     "broken_envelope broken_fetch", ""},
    {"* 12 FETCH (UID 8 FLAGS (b) ENVELOPE (NIL \"open)\r\n", "FETCH 12 uid=8 flags=(b)",
     "broken_envelope broken_fetch", ""},
    {"* 12 FETCH UID 8\r\n", "FETCH 12", "broken_fetch", ""},
};

const answers structure_answers{
    {"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23 NIL NIL NIL "
     "NIL))\r\n",
     "FETCH 1 struct{text/plain (charset=US-ASCII) 7BIT 1152}", "", ""},
    {"* 1 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"quoted-printable\" 10 "
     "1)(\"image\" "
     "\"png\" (\"name\" \"a.png\") \"<i@x>\" NIL \"base64\" 200 NIL (\"ATTACHMENT\" (\"filename\" \"a.png\")) NIL NIL) "
     "\"MIXED\" (\"boundary\" \"b\") NIL \"en\" NIL) UID 3)\r\n",
     "FETCH 1 uid=3 struct{multipart/mixed (boundary=b) [text/plain (charset=utf-8) quoted-printable 10; image/png "
     "(name=a.png) base64 200 id:<i@x> disp:attachment(filename=a.png)]}",
     "", ""},
    {"* 1 FETCH (BODY (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 99 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
     "(\"text\" \"html\" NIL NIL NIL \"8bit\" 5 1) 7))\r\n",
     "FETCH 1 struct{message/rfc822 7bit 99 [text/html 8bit 5]}", "", ""},
    {"* 1 FETCH (BODYSTRUCTURE (\"image\" \"png\" NIL NIL NIL \"base64\" 5 NIL \"attachment\" NIL NIL) UID 3)\r\n",
     "FETCH 1 uid=3 struct{image/png base64 5 disp:attachment()}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE (\"image\" \"png\" NIL NIL NIL \"base64\" 5 NIL (NIL NIL) NIL NIL) UID 3)\r\n",
     "FETCH 1 uid=3 struct{image/png base64 5}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE (NIL NIL NIL NIL NIL \"7BIT\" 0 NIL NIL NIL NIL) UID 3)\r\n",
     "FETCH 1 uid=3 struct{application/octet-stream 7BIT}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)(NIL NIL) \"mixed\") UID 3)\r\n",
     "FETCH 1 uid=3 struct{multipart/mixed [text/plain 7bit 3; application/octet-stream]}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE (\"mixed\" (\"boundary\" \"x\") NIL NIL) UID 3)\r\n",
     "FETCH 1 uid=3 struct{multipart/mixed (boundary=x)}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 99 NIL (\"attachment\" NIL) NIL) UID "
     "3)\r\n",
     "FETCH 1 uid=3 struct{message/rfc822 7bit 99 disp:attachment()}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\" (\"charset\")) UID 3)\r\n",
     "FETCH 1 uid=3 struct{text/plain (charset=)}", "odd_body_structure", ""},
    {"* 1 FETCH (BODYSTRUCTURE () UID 3)\r\n", "FETCH 1 uid=3", "broken_body_structure", ""},
    {"* 1 FETCH (UID 3 BODYSTRUCTURE NIL FLAGS ())\r\n", "FETCH 1 uid=3 flags=()", "broken_body_structure", ""},
};

} // namespace

const std::vector<known_answer>& known_answers() {
  static const answers all = [] {
    answers joined = field_answers();
    for (const auto* more : {&status_answers, &data_answers, &fetch_answers, &structure_answers})
      joined.insert(joined.end(), more->begin(), more->end());
    return joined;
  }();
  return all;
}

} // namespace postroom::imap::testing
