#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// The files of a Postfix for tests. Here is text only; what it means for a test is told in postfix.hpp.
namespace postroom::test {

/// Names such as `@root@` in the templates, and what stands for them.
using postfix_values = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::string postfix_main_cf(const postfix_values& values, bool fast);
[[nodiscard]] std::string postfix_master_cf(const postfix_values& values);

/// The access table (regexp) for addresses that begin with `word-`.
[[nodiscard]] std::string postfix_codes(const std::string& word);

} // namespace postroom::test
