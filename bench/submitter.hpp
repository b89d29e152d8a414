#pragma once

#include "bench/gateway.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace postroom::bench {

/// What became of the mails handed in.
struct submitted {
  std::vector<double> answer_ms; ///< from the moment a mail was due until its 202, of each
  std::size_t refused = 0;       ///< answered otherwise
  double seconds = 0;
};

/// Hands in mails over so many connections of their own, each a thread, by POST …/outbox. The n-th mail goes to
/// `account(n)`. With `per_s` mails are due at that rate, whether or not earlier ones are answered; 0: each connection
/// sends its next as soon as the last is answered.
[[nodiscard]] submitted submit_all(const api_endpoint& to, std::size_t mails, std::size_t connections, double per_s,
                                   const std::function<std::string(std::size_t)>& account);

/// The JSON document of the n-th mail: a text of 4 KB with the fields of an answer to a customer.
[[nodiscard]] std::string mail_document(std::size_t n);

} // namespace postroom::bench
