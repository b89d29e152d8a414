#pragma once

#include "app/cli/exit_codes.hpp"
#include "app/cli/json_view.hpp"

#include <ostream>
#include <string>

/// How a sign-in ended, in words.
namespace postroom::app::cli {

/// Who signed in (`upn`, `display_name`, `grant`, `missing_permissions`, `accounts` of `who`), which permission is
/// missing and what comes next.
void print_signed_in(std::ostream& out, json_element who, const std::string& provider);
/// Why it failed (`code`, `detail`, `meaning`, `remedy`, `who_acts`), and the exit status for that.
[[nodiscard]] exit_code print_sign_in_failure(std::ostream& err, json_element why);

} // namespace postroom::app::cli
