#pragma once

#include "tests/conformance/imap_values.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// Brings a server's answers into a form in which only what a client depends on can differ. Kept: kinds of responses,
/// codes, sequence numbers, UIDs, flags, every octet of strings and literals, the order of tagged answers. Evened out:
///
///   free text, the name of the server                     dropped
///   UIDVALIDITY                                           numbered in the order of its first appearance
///   mod-sequences                                         dropped; what CHANGEDSINCE finds tells whether they are
///   right flags, attributes, items of FETCH, numbers of SEARCH  sorted several FETCH for one mail in one answer joined
///   several EXISTS in one answer                          the last
///   EXPUNGE                                               as the numbers the mails had before the command
///   untagged responses of different kinds                 in one fixed order
///   \Recent, RECENT, `* OK` without a code                dropped: each server may do as it likes
///   UID in FETCH                                          dropped where the command does not ask for it
///   capabilities                                          only those in `capabilities_compared`
class imap_transcript {
public:
  /// One normalised line for each response to `command`, which came as `responses` (complete with literals, without the
  /// last line end).
  [[nodiscard]] std::vector<std::string> lines_of(std::string_view command, const std::vector<std::string>& responses);

  /// The last values told; empty: none yet.
  [[nodiscard]] const std::string& uid_validity() const noexcept { return uid_validity_; }
  [[nodiscard]] const std::string& highest_mod_sequence() const noexcept { return highest_mod_sequence_; }

private:
  struct block;
  void take(std::string_view response, block& into);
  /// What is neither of one mail nor a status.
  void take_data(const std::string& kind, std::vector<imap_value> values, block& into);
  [[nodiscard]] std::string status_line(std::string_view status, std::string_view text);
  [[nodiscard]] std::string code_text(std::vector<imap_value> code);
  void take_fetch(std::uint32_t number, const std::vector<imap_value>& items, block& into);
  [[nodiscard]] std::string fetch_value(const std::string& label, const imap_value& value);
  [[nodiscard]] std::string numbered(const std::string& uid_validity);

  std::map<std::string, std::string> uid_validities_; ///< value → how the lines call it
  std::string uid_validity_;
  std::string highest_mod_sequence_;
};

} // namespace postroom::test
