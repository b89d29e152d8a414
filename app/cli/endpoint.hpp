#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>

namespace postroom::app::cli {

inline constexpr const char* default_url = "http://127.0.0.1:8025";

/// Where a gateway is and who asks it.
struct endpoint {
  bool tls = false;
  std::string host; ///< without brackets
  std::uint16_t port = 0;
  std::string base_path; ///< what stands before /v1, for a gateway behind a proxy; without the last slash
  secret<> token;        ///< empty: none is sent
  std::string tenant;    ///< empty: the token's
  std::string ca_file;   ///< empty: the system's anchors
  std::chrono::milliseconds timeout{30'000}; ///< for each step that makes no progress
};

/// What people say about it on the command line; empty: not said.
struct endpoint_wish {
  std::string url;
  std::string token;
  std::string token_file; ///< `-`: the first line of stdin
  std::string tenant;
  std::string ca_file;
  double timeout_s = 30;
};

/// A variable of the environment; empty when it is not set.
using variable_reader = std::function<std::string(const char* name)>;

/// Scheme, host, port and path of `http(s)://host[:port][/path]`.
[[nodiscard]] result<endpoint> parse_url(const std::string& url);
/// The wish, completed from POSTROOM_URL and POSTROOM_TOKEN. A token is not sent in the clear to another machine:
/// `invalid_argument`.
[[nodiscard]] result<endpoint> resolve(const endpoint_wish& wish, const variable_reader& variable, std::istream& in);

} // namespace postroom::app::cli
