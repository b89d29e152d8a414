#include "app/config_problems.hpp"

#include "app/config.hpp"
#include "base/result.hpp"

namespace postroom::app {

void config_problems::add(const toml::source_region& where, std::string_view what) {
  if (++count_ > config_problems_max)
    return;
  if (!lines_.empty())
    lines_ += '\n';
  lines_ += file_ + ':';
  if (where.begin.line > 0)
    lines_ += std::to_string(where.begin.line) + ':' + std::to_string(where.begin.column) + ':';
  lines_.append(" ").append(what);
}

error config_problems::to_error() const {
  if (count_ <= config_problems_max)
    return fail(errc::invalid_argument, lines_);
  return fail(errc::invalid_argument,
              lines_ + "\n" + file_ + ": and " + std::to_string(count_ - config_problems_max) + " more");
}

} // namespace postroom::app
