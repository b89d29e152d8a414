#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::imap::testing {

/// A response as servers send it and what it must be read as.
struct known_answer {
  std::string wire;    ///< with all CRLFs
  std::string meaning; ///< as describe() writes it
  std::string quirks;  ///< names of the quirks tolerated, blank separated
  std::string body;    ///< what was streamed
};

/// For the test framework's messages.
inline void PrintTo(const known_answer& answer, std::ostream* out) {
  *out << answer.wire;
}

/// Captured from Exchange Online, Gmail, Dovecot and Cyrus, word by word as far as they were published.
[[nodiscard]] std::vector<known_answer> field_answers();

/// From RFC 9051 §7 and §8, field_answers(), and what else servers were seen to do.
[[nodiscard]] const std::vector<known_answer>& known_answers();

} // namespace postroom::imap::testing
