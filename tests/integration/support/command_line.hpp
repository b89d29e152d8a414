#pragma once

#include "tests/support/process.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postroom::test {

/// What a command wrote and how it ended.
struct command_outcome {
  int status = -1;
  std::string out;
  std::string err;

  /// Of --json; throws when it is not one JSON object.
  [[nodiscard]] boost::json::object json() const { return boost::json::parse(out).as_object(); }
  /// Of a list with --json.
  [[nodiscard]] std::vector<boost::json::object> lines() const;
};

/// `postroom …` as a person would call it, with POSTROOM_URL and POSTROOM_TOKEN in the environment.
class command_line {
public:
  std::string url;
  std::string token;

  [[nodiscard]] command_outcome run(std::vector<std::string> arguments, std::string_view input = {}) const;
  /// For commands that do not end by themselves; stdout is in the file `out`, stderr in `err` of `into`.
  [[nodiscard]] std::unique_ptr<process> spawn(std::vector<std::string> arguments,
                                               const std::filesystem::path& into) const;

private:
  [[nodiscard]] std::vector<std::string> complete(std::vector<std::string> arguments,
                                                  const std::string& redirection) const;
};

/// A gateway with nothing in it, on a free port; with `tls` under certificates for 127.0.0.1.
class bare_gateway {
public:
  explicit bare_gateway(bool tls = false);
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  /// Its URL, and a token of scope admin.
  [[nodiscard]] const command_line& shell() const { return shell_; }
  [[nodiscard]] std::string ca_file() const { return ca_file_; }
  void start();
  void kill();

private:
  temp_directory directory_;
  std::uint16_t port_;
  std::string ca_file_;
  command_line shell_;
  std::unique_ptr<process> gateway_;
};

} // namespace postroom::test
