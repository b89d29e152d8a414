#include "protocol/smtp/reply.hpp"

#include <algorithm>

namespace postroom::smtp {

std::string to_string(const reply& r) {
  auto out = std::to_string(r.code);
  if (r.enhanced)
    out.append(1, ' ')
        .append(std::to_string(r.enhanced->klass))
        .append(1, '.')
        .append(std::to_string(r.enhanced->subject))
        .append(1, '.')
        .append(std::to_string(r.enhanced->detail));
  if (!r.text.empty())
    out.append(1, ' ').append(r.text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

} // namespace postroom::smtp
