#include "protocol/oauth2/failure.hpp"

namespace postroom::oauth2 {

std::string describe(const token_failure& failure) {
  std::string out = failure.error.empty() ? "HTTP " + std::to_string(failure.http_status) : failure.error;
  if (!failure.suberror.empty())
    out.append(1, '/').append(failure.suberror);
  for (std::size_t i = 0; i < failure.codes.size(); ++i)
    out.append(i == 0 ? " (AADSTS" : ", AADSTS").append(std::to_string(failure.codes[i]));
  if (!failure.codes.empty())
    out.push_back(')');
  if (!failure.description.empty())
    out.append(": ").append(failure.description);
  for (const auto& [name, value] :
       {std::pair{"trace", &failure.trace_id}, std::pair{"correlation", &failure.correlation_id},
        std::pair{"time", &failure.timestamp}})
    if (!value->empty() && failure.description.find(*value) == std::string::npos)
      out.append(" [").append(name).append(1, ' ').append(*value).append(1, ']');
  return out;
}

postroom::error to_error(const token_failure& failure) {
  return {failure.code, describe(failure), failure.cause};
}

} // namespace postroom::oauth2
