#pragma once

#include "storage/lint.hpp"

#include "records.pb.h"

#include <string>
#include <string_view>

/// What people get wrong with the fields of an email account as the user's manual names them. Pure, thread-safe. Each
/// warning is about an account that validate() and check_references() accept.
namespace postroom::storage {

/// The person whose sign-in opens the mailbox: its delegate, else whoever it belongs to. In lower case.
[[nodiscard]] std::string signer_of(const records::Account& of);

struct account_relations {
  const records::Provider* provider = nullptr;
  /// The grant it names, else the provider's of signer_of(), else – without a delegate – the provider's for the
  /// application by itself; null: nobody has signed in yet.
  const records::Grant* grant = nullptr;
  std::string_view key_taken_by{}; ///< another account of the tenant with the same key; empty: none, or not looked for
  std::string_view same_folder{};  ///< likewise one that reads the same folder of the same mailbox
};

/// In the order of the fields.
[[nodiscard]] lint_warnings lint(const records::Account& of, const account_relations& with);

} // namespace postroom::storage
