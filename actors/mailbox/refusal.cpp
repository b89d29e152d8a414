#include "actors/mailbox/refusal.hpp"

#include "protocol/imap/failure_table.hpp"

namespace postroom::mailbox {

error refusal_of(const imap::command_outcome& outcome, const std::string& command, errc otherwise) {
  const imap::status_response answer{{}, outcome.kind, outcome.code, outcome.text};
  return fail(imap::classify_failure(imap::failure_phase::command, answer).value_or(otherwise),
              command + ": " + outcome.text);
}

} // namespace postroom::mailbox
