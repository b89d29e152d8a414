#pragma once

#include "protocol/oauth2/token_answer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace postroom::provider {

/// A token endpoint's refusal as it is read from the wire.
inline oauth2::token_failure refusal_of(unsigned status, const std::string& word,
                                        const std::vector<std::uint32_t>& codes = {}, const std::string& suberror = {},
                                        const std::string& retry_after = {}) {
  std::string body = R"({"error":")" + word + R"(","error_codes":[)";
  for (const auto code : codes)
    body.append(body.back() == '[' ? "" : ",").append(std::to_string(code));
  body += "]";
  if (!suberror.empty())
    body += R"(,"suberror":")" + suberror + '"';
  auto parsed = oauth2::parse_token_answer({status, retry_after, body + "}"}, wall_time{});
  auto* failure = std::get_if<oauth2::token_failure>(&parsed);
  EXPECT_NE(failure, nullptr);
  return failure != nullptr ? *failure : oauth2::token_failure{};
}

} // namespace postroom::provider
