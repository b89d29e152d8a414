#pragma once

#include <string>
#include <vector>

namespace postroom::storage {

/// What is allowed but probably not meant. Texts name no secret.
struct lint_warning {
  std::string field;
  std::string problem; ///< reads on from the field's name: `client_secret looks like …`
  std::string remedy;  ///< a whole sentence
  friend bool operator==(const lint_warning&, const lint_warning&) = default;
};
using lint_warnings = std::vector<lint_warning>;

} // namespace postroom::storage
