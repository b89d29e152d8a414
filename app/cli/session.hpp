#pragma once

#include "app/cli/api_call.hpp"
#include "app/cli/endpoint.hpp"
#include "app/cli/exit_codes.hpp"
#include "app/cli/json_view.hpp"
#include "base/clock.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace postroom::app::cli {

/// The world around a command; tests make their own. Outlives all commands.
struct surroundings {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  const clock& time;
  variable_reader variable;
  std::function<std::unique_ptr<api_port>(endpoint)> connect;
  std::function<void(std::chrono::milliseconds)> pause;
};

/// What every command that speaks to a gateway takes.
struct common_options {
  endpoint_wish where;
  bool json = false;
};
/// `--url`, `--token`, …; `options` must live as long as `command`.
void add_common_options(CLI::App& command, common_options& options);
/// Whether `--name` is one of them.
[[nodiscard]] bool is_common_option(std::string_view name) noexcept;

/// One run of a command against one gateway: sends, prints, and turns what goes wrong into words and an exit code.
class session {
public:
  /// Has said what is wrong when it is false afterwards; then `failed_with()`.
  session(const surroundings& world, const common_options& options);
  [[nodiscard]] explicit operator bool() const noexcept { return port_ != nullptr; }
  [[nodiscard]] exit_code failed_with() const noexcept { return failed_with_; }

  [[nodiscard]] const surroundings& world() const noexcept { return world_; }
  [[nodiscard]] bool json() const noexcept { return json_; }

  /// With tenant; what is GET may be repeated.
  [[nodiscard]] result<api_answer> send(api_call call);
  [[nodiscard]] result<api_answer> read_lines(api_call call, const line_sink& sink);
  /// Answers the body of a 2xx; anything else has been told to people and is in `failed_with()`.
  [[nodiscard]] std::optional<json_document> fetch(api_call call);
  /// Sends and prints the object that comes back.
  [[nodiscard]] exit_code show(api_call call);
  /// The same where nothing comes back: prints `done`, unless JSON is wanted.
  [[nodiscard]] exit_code perform(api_call call, const std::string& done);

  struct column {
    std::string title;
    std::string path; ///< as in value_at()
  };
  /// Pages through a list up to `limit` items (0: all): a table, or with --json one item a line as the pages come.
  [[nodiscard]] exit_code list(api_call call, const std::vector<column>& columns, std::size_t limit);

  /// Every item of a paged list, as the pages come, until `take` has enough: false.
  [[nodiscard]] exit_code each_item(api_call call, const std::function<bool(json_element)>& take,
                                    std::size_t limit = 0);

  /// Tells what went wrong.
  [[nodiscard]] exit_code complain(const error& why);
  [[nodiscard]] exit_code complain(const api_answer& why);

private:
  [[nodiscard]] exit_code give_up(exit_code code) noexcept;
  [[nodiscard]] api_call complete(api_call call) const;

  const surroundings& world_;
  bool json_;
  std::string tenant_;
  std::unique_ptr<api_port> port_;
  exit_code failed_with_ = exit_code::done;
};

/// A problem document in plain words: what, code, fields, what to do, who must act.
void print_problem(std::ostream& err, const api_answer& of);
void print_problem(std::ostream& err, const error& of);

} // namespace postroom::app::cli
