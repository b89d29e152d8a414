#pragma once

#include "api/import/account_rows.hpp"
#include "storage/directory.hpp"
#include "storage/grant_search.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What an import would do, decided before anything is written. Pure, for one coroutine.
namespace postroom::api {

struct import_wish {
  tenant_id tenant;
  bool dry_run = false;
  bool update = false;       ///< accounts that exist are changed instead of refused
  bool skip_invalid = false; ///< what is wrong with some rows is no reason to leave out the others
};

/// What is looked for in the store on behalf of the rows.
struct sought_accounts {
  std::set<std::string, std::less<>> ids, addresses, keys; ///< addresses in lower case
};
[[nodiscard]] sought_accounts sought_by(const std::vector<account_row>& rows, const tenant_id& tenant);

/// A tenant's objects as far as an import needs them, of one moment.
struct known_objects {
  std::map<std::string, storage::versioned<records::Provider>, std::less<>> providers;
  storage::grant_search grants;
  std::map<std::string, storage::versioned<records::Account>, std::less<>> accounts; ///< those that were sought
  std::map<std::string, std::vector<std::string>, std::less<>> ids_by_address;
  std::map<std::string, std::string, std::less<>> id_by_key;

  /// Keeps the account if it was sought.
  void add(storage::versioned<records::Account> account, const sought_accounts& sought);
};

/// An account to be written: a new one, or a stored one changed.
struct planned_account {
  std::uint64_t row = 0;
  records::Account record;
  revision expected{}; ///< 0: a new one
};

/// The id of a row that names none: the same for the same tenant and address, so that an import that broke off can be
/// sent again and doubles nothing. `acc_…` like those that are drawn.
[[nodiscard]] std::string id_for_address(const tenant_id& tenant, std::string_view address);

/// Decides row by row, in the order of the file; what is wrong and what was noticed goes to the report, which also
/// counts the rows that change nothing and those that are invalid.
class import_planner {
public:
  import_planner(const import_wish& wish, const known_objects& known, import_report& report)
      : wish_(wish), known_(known), report_(report) {}

  /// Nothing when there is nothing to write for it.
  [[nodiscard]] std::optional<planned_account> plan(account_row row);

private:
  using problems = std::vector<storage::field_problem>;

  /// The stored account that the row is about; null: none. Sets the id of a row without one.
  [[nodiscard]] const storage::versioned<records::Account>* find_stored(account_row& row, bool by_address,
                                                                        problems& wrong) const;
  void check_doubles(const account_row& row, bool by_address, problems& wrong);
  [[nodiscard]] problems check(records::Account& of) const;
  void note_warnings(const account_row& row, const records::Account& of);
  [[nodiscard]] std::optional<planned_account> refuse(const account_row& row, problems wrong);

  const import_wish& wish_;
  const known_objects& known_;
  import_report& report_;
  std::map<std::string, std::uint64_t> row_by_id_;
  std::map<std::string, std::string> id_by_key_;    ///< of the file
  std::map<std::string, std::string> id_by_folder_; ///< `<address>/<folder>` of the file
};

} // namespace postroom::api
