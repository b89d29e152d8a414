#include "sim/imap/select_request.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

std::optional<resync_point> parse_resync_point(std::string_view text) {
  argument_reader reader{text};
  const auto validity = parse_number(reader.word().value_or(""));
  const auto mod_seq = parse_mod_seq(reader.word().value_or(""));
  if (!validity || !mod_seq || *validity == 0)
    return std::nullopt;
  resync_point known{*validity, *mod_seq, std::nullopt};
  if (!reader.at_end() && !reader.rest().starts_with('(')) {
    known.known_uids = parse_number_set(reader.word().value_or(""));
    if (!known.known_uids)
      return std::nullopt;
  }
  if (reader.at_end())
    return known;
  const auto match = reader.list();
  argument_reader pair{match.value_or("")};
  const auto sequences = parse_number_set(pair.word().value_or(""));
  const auto uids = parse_number_set(pair.word().value_or(""));
  if (!match || !sequences || !uids || !pair.at_end() || !reader.at_end())
    return std::nullopt;
  return known;
}

} // namespace

std::optional<select_parameters> parse_select_parameters(std::string_view text) {
  select_parameters parameters;
  for (argument_reader reader{text}; !reader.at_end();) {
    const auto name = upper_case(reader.word().value_or(""));
    if (name == "CONDSTORE") {
      parameters.condstore = true;
    } else if (name == "QRESYNC") {
      const auto inside = reader.list();
      parameters.resync = inside ? parse_resync_point(*inside) : std::nullopt;
      if (!parameters.resync)
        return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return parameters;
}

std::optional<fetch_modifiers> parse_fetch_modifiers(std::string_view text) {
  fetch_modifiers modifiers;
  for (argument_reader reader{text}; !reader.at_end();) {
    const auto name = upper_case(reader.word().value_or(""));
    if (name == "CHANGEDSINCE") {
      modifiers.changed_since = parse_mod_seq(reader.word().value_or(""));
      if (!modifiers.changed_since)
        return std::nullopt;
    } else if (name == "VANISHED") {
      modifiers.vanished = true;
    } else {
      return std::nullopt;
    }
  }
  if (!modifiers.changed_since) // VANISHED alone has no meaning
    return std::nullopt;
  return modifiers;
}

fetch_arguments split_fetch_arguments(std::string_view text) {
  argument_reader reader{text};
  if (text.starts_with('(') ? !reader.list() : !reader.fetch_item())
    return {text, std::nullopt};
  auto items = text.substr(0, text.size() - reader.rest().size());
  items = items.substr(0, items.find_last_not_of(' ') + 1);
  const auto modifiers = reader.list();
  if (!modifiers || !reader.at_end())
    return {text, std::nullopt};
  return {items, modifiers};
}

} // namespace postroom::sim
