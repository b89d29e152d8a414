#include "sim/imap/list_request.hpp"

#include "base/ascii.hpp"

#include <utility>

namespace postroom::sim {
namespace {

bool parse_selection(std::string_view options, list_request& into) {
  for (argument_reader reader{options}; !reader.at_end();) {
    const auto option = upper_case(reader.word().value_or(""));
    if (option == "SUBSCRIBED")
      into.only_subscribed = into.tells_subscribed = true;
    else if (option == "SPECIAL-USE")
      into.only_special = true;
    else if (option != "REMOTE" && option != "RECURSIVEMATCH")
      return false;
  }
  return true;
}

bool parse_return(std::string_view options, list_request& into) {
  for (argument_reader reader{options}; !reader.at_end();) {
    const auto option = upper_case(reader.word().value_or(""));
    if (option == "SUBSCRIBED")
      into.tells_subscribed = true;
    else if (option == "STATUS") {
      const auto items = reader.list();
      if (!items)
        return false;
      into.status = *items;
    } else if (option != "CHILDREN" && option != "SPECIAL-USE") // both are always told
      return false;
  }
  return true;
}

} // namespace

std::optional<list_request> parse_list_request(argument_reader& arguments, bool extended) {
  list_request request;
  if (const auto selection = extended ? arguments.list() : std::nullopt)
    if (!parse_selection(*selection, request))
      return std::nullopt;
  const auto reference = arguments.string();
  const auto several = extended ? arguments.list() : std::nullopt;
  argument_reader inside{several.value_or("")};
  auto& patterns = several ? inside : arguments;
  std::size_t octets = 0;
  do {
    const auto pattern = patterns.string();
    if (!reference || !pattern || request.patterns.size() >= list_request::patterns_max)
      return std::nullopt;
    octets += reference->size() + pattern->size();
    if (octets > list_request::pattern_bytes_max)
      return std::nullopt;
    request.patterns.push_back(pattern->empty() ? "" : *reference + *pattern);
  } while (several && !inside.at_end());
  if (!arguments.at_end()) {
    const bool returns = extended && upper_case(arguments.word().value_or("")) == "RETURN";
    const auto options = returns ? arguments.list() : std::nullopt;
    if (!options || !arguments.at_end() || !parse_return(*options, request))
      return std::nullopt;
  }
  return request;
}

bool list_matches(std::string_view pattern, std::string_view name) {
  // Which beginnings of the name the pattern so far can stand for.
  std::vector<bool> reached(name.size() + 1, false);
  reached[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(name.size() + 1, false);
    const bool any = c == '*' || c == '%';
    for (std::size_t i = 0; i <= name.size(); ++i) {
      if (any)
        next[i] = reached[i] || (i > 0 && next[i - 1] && (c == '*' || name[i - 1] != '/'));
      else if (i > 0)
        next[i] =
            reached[i - 1] && (name[i - 1] == c || (name == "INBOX" && ascii_lower(c) == ascii_lower(name[i - 1])));
    }
    reached = std::move(next);
  }
  return reached[name.size()];
}

} // namespace postroom::sim
