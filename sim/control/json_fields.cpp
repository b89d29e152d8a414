#include "sim/control/json_fields.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace postroom::sim {

namespace json = boost::json;

namespace {

/// `0.5`
std::string short_text(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

} // namespace

json_fields::json_fields(std::string_view body) {
  boost::system::error_code failure;
  if (body.size() > body_bytes_max) {
    refuse("the body is too large");
  } else if (!body.empty()) {
    auto value = json::parse(json::string_view{body.data(), body.size()}, failure);
    auto* const object = failure ? nullptr : value.if_object();
    if (object)
      object_ = std::move(*object);
    else
      refuse(failure ? "the body is not JSON: " + failure.message() : "the body is not a JSON object");
  }
}

void json_fields::refuse(std::string problem) {
  if (problem_.empty())
    problem_ = std::move(problem);
}

const json::value* json_fields::take(std::string_view name) {
  known_.emplace(name);
  return object_.if_contains(name);
}

void json_fields::read(std::string_view name, bool& into) {
  if (const auto* const value = take(name)) {
    if (const auto* const flag = value->if_bool())
      into = *flag;
    else
      refuse(std::string{name} + " is true or false");
  }
}

void json_fields::read(std::string_view name, std::string& into) {
  if (const auto* const value = take(name)) {
    if (const auto* const text = value->if_string())
      into.assign(text->data(), text->size());
    else
      refuse(std::string{name} + " is a text");
  }
}

void json_fields::read(std::string_view name, std::vector<std::string>& into) {
  const auto* const value = take(name);
  if (!value)
    return;
  const auto* const list = value->if_array();
  std::vector<std::string> texts;
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if (const auto* const text = (*list)[i].if_string())
      texts.emplace_back(text->data(), text->size());
  if (!list || texts.size() != list->size())
    return refuse(std::string{name} + " is a list of texts");
  into = std::move(texts);
}

void json_fields::read(std::string_view name, double& into, double min, double max) {
  const auto* const value = take(name);
  if (!value)
    return;
  boost::system::error_code failure;
  const auto number = value->is_number() ? value->to_number<double>(failure) : min - 1;
  if (failure || !(number >= min && number <= max))
    return refuse(std::string{name} + " is a number between " + short_text(min) + " and " + short_text(max));
  into = number;
}

void json_fields::read(std::string_view name, std::int64_t& into, std::int64_t min, std::int64_t max) {
  const auto* const value = take(name);
  if (!value)
    return;
  boost::system::error_code failure;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(failure) : std::int64_t{};
  if (!value->is_number() || failure || number < min || number > max)
    return refuse(std::string{name} + " is a whole number between " + std::to_string(min) + " and " +
                  std::to_string(max));
  into = number;
}

result<void> json_fields::done() {
  for (const auto& field : object_)
    if (const std::string_view name{field.key().data(), field.key().size()}; !known_.contains(name))
      refuse("there is no field \"" + std::string{name} + "\" here");
  if (!problem_.empty())
    return fail(errc::invalid_argument, problem_);
  return {};
}

} // namespace postroom::sim
