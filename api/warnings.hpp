#pragma once

#include "storage/lint.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace postroom::api {

/// `{"field": …, "problem": …, "remedy": …}`
[[nodiscard]] boost::json::object warning_json(const storage::lint_warning& of);
/// The member `warnings` of objects and of their lint.
[[nodiscard]] boost::json::array warnings_json(const storage::lint_warnings& of);

} // namespace postroom::api
