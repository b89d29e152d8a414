#include "tests/net/support/imap_side.hpp"

namespace postroom::net::test {

imap_target make_target(const script_server& server, const certificate* trusted, imap::transport_security security) {
  imap_target target;
  target.host = "127.0.0.1";
  target.port = server.port();
  target.ca_file = trusted ? trusted->ca_file : "";
  target.session.security = security;
  target.session.method = imap::login_method::plain;
  target.session.user = "anna@example.test";
  target.session.token_or_password = secret<>{"sesame"};
  return target;
}

void serve_imap(peer& to, const command_answer& answer, bool greet) {
  if (greet && !to.write("* OK ready\r\n"))
    return;
  for (;;) {
    const auto line = to.read_line();
    if (line.empty())
      return;
    const auto space = line.find(' ');
    if (space == std::string::npos)
      continue;
    const auto tag = line.substr(0, space);
    const auto rest = line.substr(space + 1);
    if (rest.starts_with("CAPABILITY")) {
      to.write("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN IDLE LITERAL+ UIDPLUS\r\n" + tag + " OK done\r\n");
    } else if (rest.starts_with("AUTHENTICATE")) {
      to.write(tag + " OK welcome\r\n");
    } else if (rest.starts_with("LOGOUT")) {
      to.write("* BYE bye\r\n" + tag + " OK bye\r\n");
      to.goodbye();
      return;
    } else if (!answer) {
      to.write(tag + " OK done\r\n");
    } else if (!answer(to, tag, rest)) {
      return;
    }
  }
}

} // namespace postroom::net::test
