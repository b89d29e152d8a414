#pragma once

#include "app/cli/endpoint.hpp"
#include "base/result.hpp"
#include "storage/object_schema.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include <istream>
#include <map>
#include <string>
#include <vector>

namespace postroom::app::cli {

/// What the command line says about an object's fields, by field name.
struct field_inputs {
  std::map<std::string, std::string> given;
  std::map<std::string, std::string> secret_files;
  std::map<std::string, std::string> secret_variables;
  std::vector<std::string> cleared;

  [[nodiscard]] bool empty() const {
    return given.empty() && secret_files.empty() && secret_variables.empty() && cleared.empty();
  }
};

/// `--imap-host` for `imap_host`; `--provider-ca-file` where the plain name is taken by an option of every command.
[[nodiscard]] std::string option_of(storage::object_kind kind, std::string_view field);

/// One option for each field of the schema but the id, so that command line, API and configuration file know the same
/// ones. Secrets come from a file or a variable only: arguments can be read by everybody on the machine.
/// `clearing`: also `--clear FIELD`.
void add_field_options(CLI::App& command, storage::object_kind kind, field_inputs& inputs, bool clearing);

/// The body of the request. `invalid_argument` when a secret cannot be had or a field to be cleared does not exist.
[[nodiscard]] result<boost::json::object> body_of(storage::object_kind kind, const field_inputs& inputs,
                                                  const variable_reader& variable, std::istream& in);

} // namespace postroom::app::cli
