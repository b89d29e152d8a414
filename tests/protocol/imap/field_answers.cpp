#include "tests/protocol/imap/known_answers.hpp"

namespace postroom::imap::testing {

namespace {

using answers = std::vector<known_answer>;

const answers exchange_greets{
    {"* OK The Microsoft Exchange IMAP4 service is ready. "
     "[TQBXAEgAUABSADIAMQBDAEEAMAAwADYAMAAuAG4AYQBtAHAAcgBkADIAMQAuAHAAcgBvAGQALgBvAHUAdABsAG8AbwBrAC4AYwBvAG0A]\r\n",
     "* OK 'The Microsoft Exchange IMAP4 service is ready. "
     "[TQBXAEgAUABSADIAMQBDAEEAMAAwADYAMAAuAG4AYQBtAHAAcgBkADIAMQAuAHAAcgBvAGQALgBvAHUAdABsAG8AbwBrAC4AYwBvAG0A]'",
     "", ""},
    {"* OK Microsoft Exchange IMAP4 service ready. 5f0d8c7e-1f6a-4c0b-9d6e-0a1b2c3d4e5f (tcpproxy/15.21.0406.000 "
     "BACKENDAUTHENTICATE) [TQBX]\r\n",
     "* OK 'Microsoft Exchange IMAP4 service ready. 5f0d8c7e-1f6a-4c0b-9d6e-0a1b2c3d4e5f (tcpproxy/15.21.0406.000 "
     "BACKENDAUTHENTICATE) [TQBX]'",
     "", ""},
    {"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE "
     "LITERAL+\r\n",
     "CAPABILITY IMAP4 IMAP4REV1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
     "", ""},
    {"* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2 SASL-IR LOGINDISABLED UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE "
     "LITERAL+\r\n",
     "CAPABILITY IMAP4 IMAP4REV1 AUTH=XOAUTH2 SASL-IR LOGINDISABLED UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE "
     "LITERAL+",
     "", ""},
    {"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
     "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+ ENABLE IMAP4rev2\r\n",
     "CAPABILITY IMAP4 IMAP4REV1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
     "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+ ENABLE IMAP4REV2",
     "", ""},
};

const answers exchange_works{
    {"* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)\r\n",
     "FLAGS \\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent", "", ""},
    {"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)]\r\n",
     "* OK [PERMANENTFLAGS|(\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] ''", "missing_text", ""},
    {"* OK [COPYUID 14  ]\r\n", "* OK ''", "empty_copyuid missing_text", ""},
    {"A4 OK [COPYUID 14 815 12] MOVE completed.\r\n", "A4 OK [COPYUID|14 815 12] 'MOVE completed.'", "", ""},
    {"A9 BAD Command Argument Error. 11\r\n", "A9 BAD 'Command Argument Error. 11'", "", ""},
    {"A9 BAD Command Argument Error. 12\r\n", "A9 BAD 'Command Argument Error. 12'", "", ""},
    {"A9 BAD Command Error. 10\r\n", "A9 BAD 'Command Error. 10'", "", ""},
    {"A9 BAD Command Error. 12\r\n", "A9 BAD 'Command Error. 12'", "", ""},
    {"A9 BAD Command received in Invalid state.\r\n", "A9 BAD 'Command received in Invalid state.'", "", ""},
    {"A9 NO Some of the requested messages no longer exist\r\n",
     "A9 NO 'Some of the requested messages no longer exist'", "", ""},
    {"A9 NO [BADCHARSET (US-ASCII)] The specified charset is not supported.\r\n",
     "A9 NO [BADCHARSET|(US-ASCII)] 'The specified charset is not supported.'", "", ""},
};

const answers exchange_refuses{
    {"A1 NO Basic authentication is disabled\r\n", "A1 NO 'Basic authentication is disabled'", "", ""},
    {"A1 NO LOGIN failed.\r\n", "A1 NO 'LOGIN failed.'", "", ""},
    {"A1 BAD User is authenticated but not connected.\r\n", "A1 BAD 'User is authenticated but not connected.'", "",
     ""},
    {"* BYE Connection is closed. 13\r\n", "* BYE 'Connection is closed. 13'", "", ""},
    {"* BYE Connection closed. 14\r\n", "* BYE 'Connection closed. 14'", "", ""},
};

const answers gmail{
    {"* CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 "
     "AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER\r\n",
     "CAPABILITY IMAP4REV1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 "
     "AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER",
     "", ""},
    {"* CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE "
     "ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- APPENDLIMIT=35651584\r\n",
     "CAPABILITY IMAP4REV1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE "
     "MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- APPENDLIMIT=35651584",
     "", ""},
    {"+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\r\n",
     "PLUS 'eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ=='", "", ""},
    {"* NO [WEBALERT https://accounts.google.com/signin/continue?plt=a%20b] Web login required.\r\n",
     "* NO [WEBALERT|https://accounts.google.com/signin/continue?plt=a%20b] 'Web login required.'", "", ""},
    {"A1 NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 "
     "(Failure)\r\n",
     "A1 NO [ALERT|] 'Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 "
     "(Failure)'",
     "", ""},
    {"A1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n",
     "A1 NO [ALERT|] 'Too many simultaneous connections. (Failure)'", "", ""},
    {"A1 NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n",
     "A1 NO [OVERQUOTA|] 'Account exceeded command or bandwidth limits. (Failure)'", "", ""},
};

const answers others{
    {"* OK Still here\r\n", "* OK 'Still here'", "", ""},
    {"A1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)\r\n",
     "A1 NO [UNAVAILABLE|] 'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)'", "",
     ""},
    {"A1 NO Too many open connections (5)\r\n", "A1 NO 'Too many open connections (5)'", "", ""},
};

} // namespace

std::vector<known_answer> field_answers() {
  answers joined;
  for (const auto* more : {&exchange_greets, &exchange_works, &exchange_refuses, &gmail, &others})
    joined.insert(joined.end(), more->begin(), more->end());
  return joined;
}

} // namespace postroom::imap::testing
