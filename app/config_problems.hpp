#pragma once

#include "base/error.hpp"

#include <toml++/toml.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace postroom::app {

/// The mistakes of one configuration file, each with its place. Counts beyond config_problems_max but keeps no text.
class config_problems {
public:
  explicit config_problems(std::string file) : file_(std::move(file)) {}

  /// `what` must not quote a secret.
  void add(const toml::source_region& where, std::string_view what);
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  /// `invalid_argument` with a line per mistake.
  [[nodiscard]] error to_error() const;

private:
  std::string file_;
  std::string lines_;
  std::size_t count_ = 0;
};

} // namespace postroom::app
