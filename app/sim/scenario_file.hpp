#pragma once

#include "base/result.hpp"
#include "sim/scenario.hpp"

#include <filesystem>
#include <string_view>

namespace postroom::app {

/// A scenario of the stand-in as TOML; see sim.example.toml. Paths are relative to the file. `not_found` when the file
/// cannot be read, `invalid_argument` with a line per mistake.
[[nodiscard]] result<sim::scenario> read_scenario(const std::filesystem::path& file);
[[nodiscard]] result<sim::scenario> parse_scenario(std::string_view text, const std::filesystem::path& file);

/// A fault as one word on the command line: `throttle,share=0.1,at=10s,for=2m,amount=30000,names=a@b.test;*@c.test`.
/// Times end in ms, s, m or h. `invalid_argument` says which part is wrong.
[[nodiscard]] result<sim::fault> parse_fault(std::string_view text);

} // namespace postroom::app
