#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What the fuzz targets share: each is a promise of one parser, checked on any input.
namespace postroom::fuzzing {

/// A broken promise ends the run; libFuzzer keeps the input.
inline void check(bool holds) {
  if (!holds)
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace postroom::fuzzing
