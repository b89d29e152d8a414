#pragma once

#include <string>
#include <string_view>

namespace postroom::sasl {

/// `text` with asterisks in place of whatever it has in common with `hidden`, eight octets or more at a stretch (or all
/// of a shorter secret). What has less than four octets is in every text and stays.
[[nodiscard]] std::string redact(std::string text, std::string_view hidden);

} // namespace postroom::sasl
