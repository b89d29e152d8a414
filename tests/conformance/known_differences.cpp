#include "tests/conformance/known_differences.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <regex>

namespace postroom::test {
namespace {

enum class faces : std::uint8_t { exchange, both };

/// Of answers to commands in which `command` is found, what matches `words` is not compared; a line of which nothing is
/// left is dropped.
struct known_difference {
  faces where;
  const char* command;
  const char* words;
  const char* reason;
};

constexpr std::array known{
    known_difference{faces::both, "", R"(\* OK \[(CLOSED|NOMODSEQ|HIGHESTMODSEQ)\].*)",
                     "RFC 7162 and RFC 9051 have them sent unasked"},
    known_difference{faces::both, "(SELECT|EXAMINE) ", R"(\* OK \[UNSEEN .*\])",
                     "RFC 3501 §6.3.1 demands it, RFC 9051 drops it; clients search instead"},
    known_difference{faces::exchange, "(SELECT|EXAMINE) ", R"(\\\* )", "Exchange keeps no keywords of the client's"},
    known_difference{faces::exchange, "FETCH ", R"( ?RFC822\.SIZE \d+)", "Exchange's sizes are estimates"},
    known_difference{faces::both, "FETCH 14 (BODY|BODYSTRUCTURE|FULL)", R"(BODY.*)",
                     "Dovecot takes `nonsense` for a type without subtype; RFC 2045 §5.2 has it be text/plain"},
    known_difference{faces::both, R"(FETCH 6 BODY\.PEEK\[HEADER\.FIELDS\.NOT.*)", ".*",
                     "Dovecot ends such a header with a blank line only where the mail does"},
    known_difference{faces::both, R"(FETCH 1:2 BODY\.PEEK\[(1\.1|2\.1\.1)\])", ".*",
                     "to Dovecot a part without parts is its own first part"},
    known_difference{faces::both, R"(FETCH 1 BODY(\.PEEK)?\[(\]<0\.0>|\]<5>|0\]))", ".*",
                     "Dovecot takes what the grammar (RFC 3501 §9) does not know"},
    known_difference{faces::both, "", R"(uidvalidity \d+)", "folders may share a UIDVALIDITY or not"},
    known_difference{faces::both, "^LSUB", R"( ?\\hasnochildren ?|.* INBOX$)",
                     "Dovecot tells of LSUB what is subscribed to, and INBOX is not"},
    known_difference{faces::both, R"(^STORE 1 \+FLAGS \(\\Seen\)$)", R"(.*\b(OK|NO)\b.*)",
                     "in a folder opened by EXAMINE, Dovecot says OK to what it does not do"},
    known_difference{faces::both, R"(^STORE 1 \+FLAGS$)", ".*", "Dovecot takes what the grammar does not know"},
    known_difference{faces::exchange, R"(^STORE 1 \+FLAGS \(\\(Nonsense|Recent)\))", ".*",
                     "Exchange passes over flags that it does not keep"},
    known_difference{faces::both, "^STATUS", R"( \[CLIENTBUG\])", "Dovecot's word for STATUS of the selected folder"},
    known_difference{faces::both, "^APPEND (nowhere|INBOX \"nonsense\")", R"(^\+$)",
                     "whether a literal is asked for before the command is refused is the server's choice"},
    known_difference{faces::both, "^\\(waits for EXPUNGE", R"(.*FETCH.*)",
                     "Dovecot looks after a moment, when the mail is gone already"},
    known_difference{faces::exchange, "^FETCH (1:)?7 ", ".*",
                     "whether Exchange refuses numbers beyond the last mail is not known"},
    known_difference{faces::exchange, "^CAPABILITY", R"( ?(condstore|qresync|enable|esearch|special-use|list-[a-z]+))",
                     "Exchange has none of these extensions"},
    known_difference{faces::exchange, "^(LIST|LSUB) ", R"( ?\\(drafts|junk|sent|trash) ?)",
                     "Exchange tells no folder's use: clients go by its name"},
    known_difference{faces::both, "", R"( \[(NONEXISTENT|CANNOT)\])",
                     "Dovecot tells these codes of RFC 5530 now and then"},
    known_difference{faces::exchange, "^UID (COPY|MOVE) 99 ", R"(\* OK \[COPYUID \d+ *\])",
                     "Exchange was seen to tell of empty sets"},
    known_difference{faces::both, "^ENABLE$", R"(\* ENABLED $)", "the grammar wants a name"},
    known_difference{faces::both, R"(^LIST (\(|"" \(|.*RETURN))", R"( ?\\hasnochildren ?)",
                     "RFC 5258 §4 leaves it to the server whether it tells of children unasked"},
    known_difference{faces::both, R"(^LIST "" (\(INBOX|.*RETURN \(STATUS))", R"( ?\\(drafts|sent) ?)",
                     "and RFC 6154 §2 whether of special uses"},
    known_difference{faces::both, R"(^STORE 1 \+FLAGS \(\$Forwarded)", R"(\* (FLAGS|OK \[PERMANENTFLAGS) .*)",
                     "Dovecot tells of new keywords; RFC 3501 does not ask for it"},
    known_difference{faces::both, "^SEARCH SENTBEFORE", ".*",
                     "to Dovecot a mail without a Date is of 1970; RFC 3501 §6.4.4 speaks of mails that have one"},
};

} // namespace

void forget_known_differences(imap_manners manners, std::string_view said, std::vector<std::string>& lines) {
  const std::string command{said};
  for (const auto& each : known) {
    if (each.where == faces::exchange && manners != imap_manners::exchange)
      continue;
    if (!std::regex_search(command, std::regex{each.command, std::regex::icase}))
      continue;
    const std::regex words{each.words};
    for (auto& line : lines)
      line = std::regex_replace(line, words, "");
    std::erase(lines, "");
    const auto is_list = [](const std::string& line) {
      return line.starts_with("* LIST") || line.starts_with("* LSUB");
    };
    const auto first = std::ranges::find_if(lines, is_list);
    std::sort(first, std::find_if_not(first, lines.end(), is_list)); // what was taken out was sorted by
  }
}

} // namespace postroom::test
