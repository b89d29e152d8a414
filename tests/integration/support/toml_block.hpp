#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroom::test {

/// An object's section in postroom.toml, line by line.
class toml_block {
public:
  /// `provider`, `grant`, `account`.
  explicit toml_block(std::string_view kind) : text_("[[" + std::string{kind} + "]]\n") {}

  /// `value` without quotes and backslashes.
  toml_block& set(std::string_view name, std::string_view value) {
    text_.append(name).append(" = \"").append(value).append("\"\n");
    return *this;
  }
  toml_block& set(std::string_view name, std::uint64_t value) {
    text_.append(name).append(" = ").append(std::to_string(value)).append("\n");
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

private:
  std::string text_;
};

} // namespace postroom::test
