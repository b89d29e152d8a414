#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A request to a gateway's API and its answer, as data: commands make and read them, tests look at them.
namespace postroom::app::cli {

struct api_call {
  std::string method = "GET";
  std::string path; ///< not yet escaped beyond what path_of() does
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::filesystem::path body_file; ///< sent as it is read instead of `body`
  /// Called now and then while a file is sent; null: nobody looks.
  std::function<void(std::uint64_t sent, std::uint64_t total)> on_sent;
  std::string content_type = "application/json";
  /// The path stands for something of one tenant, so that `--tenant` applies.
  bool of_tenant = true;
  /// Twice is as good as once, so that a lost connection is no reason to give up: GET, or with an Idempotency-Key.
  bool repeatable = false;
  bool once = false; ///< never again, whatever it is: the first answer is the news
};

struct api_answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  [[nodiscard]] bool good() const noexcept { return status >= 200 && status < 300; }
};

/// Takes one line without its end; false: enough.
using line_sink = std::function<bool(std::string_view line)>;

/// The way to one gateway. For one thread; blocks.
class api_port {
public:
  virtual ~api_port() = default;
  /// Any answer is a success. Errors: dns_failed, connect_failed, tls_failed, connection_lost, timeout, too_large,
  /// invalid_argument (the URL or a file), protocol_violation.
  [[nodiscard]] virtual result<api_answer> send(const api_call& call) = 0;
  /// An answer without end, line by line while it comes; ends when the sink has enough (success), or when the gateway
  /// ends it or is silent for too long (connection_lost). Not 2xx: the answer as in send(), no lines.
  [[nodiscard]] virtual result<api_answer> read_lines(const api_call& call, const line_sink& sink) = 0;
};

/// `/v1/accounts/x`, with each part escaped.
[[nodiscard]] std::string path_of(std::initializer_list<std::string_view> parts);
/// Everything but RFC 3986's unreserved characters as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// Path and query as they go into the request line.
[[nodiscard]] std::string target_of(const api_call& call);

} // namespace postroom::app::cli
