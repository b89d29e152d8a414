#pragma once

#include "base/error.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace postroom {

[[noreturn]] void throw_bad_result_access(const error& e);

/// Found by Boost.System when `value()` is called on a failed result: a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&) {
  throw_bad_result_access(e);
}

/// A value or an error. Nothing throws across a folder's border; this is what functions that can fail return.
template <class T = void>
using result = boost::system::result<T, error>;

/// `return fail(errc::timeout, "no answer to LOGIN in 30 s");`
[[nodiscard]] inline error fail(errc code, std::string detail = {}) {
  return error{code, std::move(detail)};
}

} // namespace postroom
