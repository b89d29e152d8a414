#pragma once

#include "api/problem.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postroom::api {

/// What a field of a flat JSON object may hold.
using json_value = std::variant<std::nullptr_t, std::string, bool, std::int64_t, std::vector<std::string>>;
using json_fields = std::map<std::string, json_value>;

/// Reads one flat JSON object strictly: no other top level, no field twice, no nesting but arrays of texts, no number
/// that is not whole. The problems name the field. Bounded by the body's limit. `noun` is what problems call it.
[[nodiscard]] boost::system::result<json_fields, problem> read_json_object(std::string_view body,
                                                                           const std::string& noun = "the body");

} // namespace postroom::api
