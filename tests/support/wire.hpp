#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// A blocking connection to 127.0.0.1 for line protocols, with or without TLS: what a test types by hand. Not
/// thread-safe.
class wire {
public:
  /// With `ca_file` it speaks TLS and checks the server's certificate for `localhost`.
  [[nodiscard]] static result<std::unique_ptr<wire>> connect(std::uint16_t port,
                                                             const std::filesystem::path& ca_file = {});
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  ~wire();

  /// After STARTTLS: from here on as if connected with this `ca_file`.
  [[nodiscard]] result<void> start_tls(const std::filesystem::path& ca_file);
  [[nodiscard]] result<void> write(std::string_view bytes);
  /// The next line without its CR LF. `timeout`, or `connection_lost` at the end of the stream.
  [[nodiscard]] result<std::string> read_line(std::chrono::milliseconds deadline = std::chrono::seconds{10});
  /// Exactly so many bytes.
  [[nodiscard]] result<std::string> read_bytes(std::size_t count,
                                               std::chrono::milliseconds deadline = std::chrono::seconds{10});
  /// All lines up to and including the first that begins with `prefix`.
  [[nodiscard]] result<std::vector<std::string>>
  read_until(std::string_view prefix, std::chrono::milliseconds deadline = std::chrono::seconds{10});
  /// Writes `<tag> <command>` and reads up to the tagged answer, which is the last line.
  [[nodiscard]] result<std::vector<std::string>> command(std::string_view text);

private:
  struct state;
  explicit wire(std::unique_ptr<state> state);
  [[nodiscard]] result<void> fill(std::chrono::steady_clock::time_point end);

  std::unique_ptr<state> state_;
  std::string buffer_;
  unsigned tags_ = 0;
};

/// The SASL initial response of XOAUTH2, base64-encoded.
[[nodiscard]] std::string xoauth2(std::string_view user, std::string_view token);

} // namespace postroom::test
