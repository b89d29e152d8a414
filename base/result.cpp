#include "base/result.hpp"

#include <stdexcept>

namespace postroom {

void throw_bad_result_access(const error& e) {
  throw std::logic_error{"value() of a failed result: " + to_string(e)};
}

} // namespace postroom
