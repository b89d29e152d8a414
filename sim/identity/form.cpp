#include "sim/identity/form.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t form_fields_max = 50;

} // namespace

std::string form_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet =
        text[i] == '%' && i + 2 < text.size() ? hex_decode(text.substr(i + 1, 2)) : result<std::string>{};
    if (octet && !octet->empty()) {
      plain += *octet;
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

form_fields parse_form(std::string_view body) {
  form_fields form;
  while (!body.empty() && form.size() < form_fields_max) {
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (const auto equals = pair.find('='); equals != std::string_view::npos)
      form[form_decoded(pair.substr(0, equals))] = form_decoded(pair.substr(equals + 1));
  }
  return form;
}

std::string_view value_of(const form_fields& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace postroom::sim
