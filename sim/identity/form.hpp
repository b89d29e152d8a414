#pragma once

#include <map>
#include <string>
#include <string_view>

namespace postroom::sim {

/// A form as posted, or a query: decoded names and values.
using form_fields = std::map<std::string, std::string>;
/// `application/x-www-form-urlencoded`: at most 50 fields, the rest is not looked at; of equal names the last counts.
/// Escapes that are none stay as they are.
[[nodiscard]] form_fields parse_form(std::string_view body);
/// `+` is a blank.
[[nodiscard]] std::string form_decoded(std::string_view text);
/// Empty when there is no such field; valid as long as the form.
[[nodiscard]] std::string_view value_of(const form_fields& form, const std::string& name);

} // namespace postroom::sim
