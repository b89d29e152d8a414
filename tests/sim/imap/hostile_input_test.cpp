#include "tests/sim/imap/imap_fixture.hpp"

#include <array>
#include <random>

namespace postroom::sim {
namespace {

/// Whatever is sent in whatever order, a session answers or ends, and keeps its memory.
class hostile_input : public testing::TestWithParam<service> {};

constexpr std::array<std::string_view, 84> words{"a",
                                                 "UID",
                                                 "FETCH",
                                                 "STORE",
                                                 "SEARCH",
                                                 "COPY",
                                                 "MOVE",
                                                 "EXPUNGE",
                                                 "SELECT",
                                                 "EXAMINE",
                                                 "LIST",
                                                 "LSUB",
                                                 "STATUS",
                                                 "CREATE",
                                                 "DELETE",
                                                 "RENAME",
                                                 "SUBSCRIBE",
                                                 "APPEND",
                                                 "IDLE",
                                                 "DONE",
                                                 "CLOSE",
                                                 "UNSELECT",
                                                 "ENABLE",
                                                 "CHECK",
                                                 "INBOX",
                                                 "Trash",
                                                 "Drafts",
                                                 "Done",
                                                 "Done/2026",
                                                 "1",
                                                 "1:*",
                                                 "*",
                                                 "2:1,7",
                                                 "4294967295",
                                                 "(FLAGS)",
                                                 "FLAGS",
                                                 "+FLAGS",
                                                 "-FLAGS",
                                                 "(\\Seen)",
                                                 "(\\Deleted $K)",
                                                 "(MODSEQ)",
                                                 "BODY[]",
                                                 "BODY[1.2]",
                                                 "BODY[HEADER]<0.9>",
                                                 "(UID BODY.PEEK[TEXT])",
                                                 "ENVELOPE",
                                                 "BODYSTRUCTURE",
                                                 "(CHANGEDSINCE 1)",
                                                 "(CHANGEDSINCE 1 VANISHED)",
                                                 "(UNCHANGEDSINCE 9)",
                                                 "QRESYNC",
                                                 "CONDSTORE",
                                                 "(QRESYNC (14 1 1:9))",
                                                 "RETURN (MIN MAX COUNT ALL)",
                                                 "RETURN (STATUS (MESSAGES))",
                                                 "(SPECIAL-USE)",
                                                 "\"\"",
                                                 "%",
                                                 "(MESSAGES HIGHESTMODSEQ)",
                                                 "X-GM-RAW",
                                                 "+X-GM-LABELS",
                                                 "(\\Inbox x)",
                                                 "(X-GM-LABELS X-GM-MSGID)",
                                                 "OR",
                                                 "NOT",
                                                 "ALL",
                                                 "UNSEEN",
                                                 "KEYWORD",
                                                 "$K",
                                                 "SINCE",
                                                 "1-Feb-2026",
                                                 "MODSEQ",
                                                 "(",
                                                 ")",
                                                 "\"",
                                                 "{3+}\r\nabc",
                                                 "{3}\r\nabc",
                                                 "\\",
                                                 "[Gmail]/Trash",
                                                 "\xff\xfe",
                                                 "NOOP",
                                                 "{99999999}",
                                                 "[Gmail]/All Mail",
                                                 "CHARSET"};

/// The first so many are commands.
constexpr std::size_t commands = 24;

TEST_P(hostile_input, is_survived) {
  std::mt19937 random{20261125};
  const auto below = [&](std::size_t bound) { return random() % bound; };
  imap_world world{GetParam()};
  const auto login =
      "a AUTHENTICATE XOAUTH2 " +
      imap_world::xoauth2(imap_world::shared,
                          world.token(GetParam() == service::microsoft ? imap_world::delegate : imap_world::shared)) +
      "\r\na SELECT INBOX\r\n";
  std::size_t sessions = 0, understood = 0;
  collected sink;
  std::unique_ptr<imap_session> session;
  for (int i = 0; i < 20'000; ++i) {
    if (!session || sink.finished) {
      session.reset();
      sink = {};
      session = std::make_unique<imap_session>(world.services, sink);
      session->receive(login);
      ++sessions;
    }
    if (below(4) == 0)
      world.add();
    if (below(50) == 0)
      world.inbox().renumber();
    auto line = "a " + std::string{words.at(below(commands))};
    for (auto count = below(5); count > 0; --count)
      line.append(" ").append(words.at(below(words.size())));
    session->receive(line + "\r\n");
    const auto answer = sink.take();
    ASSERT_LT(answer.size(), 1'000'000U);
    understood += answer.find("a OK ") != std::string::npos;
    while (world.inbox().mails().size() > 20)
      world.mail.find(imap_world::shared)->drop_oldest();
  }
  EXPECT_GT(sessions, 1U);
  EXPECT_GT(understood, 1000U) << "or this test would test little";
  EXPECT_LE(world.mail.find(imap_world::shared)->folders().size(), mailbox::folders_max);
}

INSTANTIATE_TEST_SUITE_P(each, hostile_input, testing::Values(service::microsoft, service::google, service::generic),
                         [](const auto& info) { return std::string{to_string(info.param)}; });

} // namespace
} // namespace postroom::sim
