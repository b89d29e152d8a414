#include "actors/mailbox/refusal.hpp"

#include "protocol/imap/failure_table.hpp"
#include "protocol/knowledge/imap_entries.hpp"

namespace postroom::mailbox {
namespace {

constexpr const auto& folder_missing = knowledge::row_of(knowledge::imap_entries, "imap.folder_missing");

} // namespace

error refusal_of(const imap::command_outcome& outcome, const std::string& command, errc otherwise) {
  const imap::status_response answer{{}, outcome.kind, outcome.code, outcome.text};
  auto words = command + ": " + outcome.text;
  if (const auto* known = imap::classify_failure(imap::failure_phase::command, answer))
    return imap::to_error(*known, std::move(words));
  if (otherwise == errc::folder_unavailable)
    return imap::to_error(folder_missing, std::move(words));
  return fail(otherwise, std::move(words));
}

} // namespace postroom::mailbox
