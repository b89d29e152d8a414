#pragma once

#include "base/error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace postroom::api {

/// The key of the known case that an error is; null when it is none.
[[nodiscard]] boost::json::value cause_json(const error& of);
/// A failure inside an answer: code, cause, detail, and what is best known about it – meaning, who acts, remedy.
[[nodiscard]] boost::json::object error_json(const error& of);

} // namespace postroom::api
