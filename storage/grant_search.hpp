#pragma once

#include "storage/store.hpp"

#include "records.pb.h"

#include <map>
#include <string>
#include <vector>

namespace postroom::storage {

/// The grants of one tenant, to be found as an account means them: by id, by person, or for the application by itself.
/// Holds copies without their tokens. Not for several threads while add() is used.
class grant_search {
public:
  void add(const records::Grant& of);
  /// The grant of `account_relations::grant`. Of several of one person the one that was not given up and signed in
  /// last.
  [[nodiscard]] const records::Grant* of(const records::Account& account) const;
  /// Null: there is none.
  [[nodiscard]] const records::Grant* by_id(const std::string& id) const;
  [[nodiscard]] bool empty() const noexcept { return by_id_.empty(); }

private:
  std::map<std::string, records::Grant, std::less<>> by_id_;
  std::map<std::string, std::string> by_person_; ///< `<provider>/<person>` to id
  std::map<std::string, std::string> by_app_;    ///< provider to id
};

} // namespace postroom::storage
