#include "app/sim/scenario_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace postroom::app {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional{number}
                                                                                     : std::nullopt;
}

/// `250ms`, `10s`, `2m`, `1h`
std::optional<std::chrono::milliseconds> parse_time(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  constexpr std::int64_t most = 365LL * 24 * 3600 * 1000;
  for (const auto& [unit, factor] : units)
    if (text.ends_with(unit))
      if (const auto number = parse_number<std::int64_t>(text.substr(0, text.size() - unit.size()));
          number && *number >= 0 && *number <= most / factor)
        return std::chrono::milliseconds{*number * factor};
  return std::nullopt;
}

/// Cuts off what stands before `mark`.
std::string_view next_part(std::string_view& text, char mark) {
  const auto part = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

bool take_setting(std::string_view name, std::string_view value, sim::fault& into) {
  if (name == "share") {
    const auto share = parse_number<double>(value);
    into.share = share.value_or(0);
    return share.has_value();
  }
  if (name == "amount") {
    const auto amount = parse_number<std::int64_t>(value);
    into.amount = amount.value_or(0);
    return amount.has_value();
  }
  if (name == "at" || name == "for") {
    const auto time = parse_time(value);
    (name == "at" ? into.at : into.lasts) = time.value_or(std::chrono::milliseconds{0});
    return time.has_value();
  }
  if (name != "names" || value.empty())
    return false;
  while (!value.empty())
    into.names.emplace_back(next_part(value, ';'));
  return std::ranges::none_of(into.names, &std::string::empty);
}

} // namespace

result<sim::fault> parse_fault(std::string_view text) {
  sim::fault what;
  const auto name = next_part(text, ',');
  const auto kind = sim::parse_fault_kind(name);
  if (!kind)
    return fail(errc::invalid_argument, "no fault is called '" + std::string{name} + "'");
  what.kind = *kind;
  while (!text.empty()) {
    const auto part = next_part(text, ',');
    auto value = part;
    const auto setting = next_part(value, '=');
    if (!take_setting(setting, value, what))
      return fail(errc::invalid_argument,
                  "'" + std::string{part} + "' is none of share=0.1, at=10s, for=2m, amount=N, names=a@b;*@c");
  }
  if (auto fine = sim::check_fault(what); !fine)
    return fine.error();
  return what;
}

} // namespace postroom::app
