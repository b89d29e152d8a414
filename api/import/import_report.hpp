#pragma once

#include "base/limits.hpp"
#include "storage/lint.hpp"
#include "storage/object_schema.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace postroom::api {

/// What became of an import, for whoever sent it: everything is counted, the first limits::import_notes_max of each
/// kind are told. Holds no value of a row but ids.
class import_report {
public:
  bool dry_run = false;
  std::uint64_t rows = 0;
  std::uint64_t created = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t skipped = 0; ///< not carried out: something is wrong with them, or with others
  std::uint64_t invalid = 0; ///< something is wrong with them

  void add_error(std::uint64_t row, storage::field_problem what);
  void add_warning(std::uint64_t row, storage::lint_warning what);
  /// An account that was or would be created or changed.
  void add_account(const std::string& id);

  [[nodiscard]] boost::json::object json() const;

private:
  template <class Note>
  struct at_row {
    std::uint64_t row;
    Note note;
  };
  std::vector<at_row<storage::field_problem>> errors_;
  std::vector<at_row<storage::lint_warning>> warnings_;
  std::uint64_t warned_ = 0;
  std::vector<std::string> accounts_;
};

} // namespace postroom::api
