#pragma once

#include "app/commands.hpp"
#include "app/config.hpp"
#include "sim/stand_in.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace postroom::app {

/// A mailbox in which something is wrong on purpose.
struct sick_mailbox {
  std::string tenant;
  std::string account;
  std::string ailment; ///< what was done to it: `its delegate has no Full Access`
};

/// Two customers on the stand-in, and what an operator would know of them.
struct demo_office {
  std::unique_ptr<sim::stand_in> servers;
  std::vector<sim::provider_facts> providers;
  /// One of each common kind, but never more than a quarter of a provider's mailboxes: none in a very small office.
  std::vector<sick_mailbox> sick;
};

/// Contoso at Microsoft 365 with two app registrations, and Fabrikam at Google. Errors as sim::stand_in::start().
/// `options.listen` should name a port: then sign-ins in a browser come back to the gateway there.
[[nodiscard]] result<demo_office> open_demo_office(const demo_options& options, const std::filesystem::path& directory);

/// `127.0.0.1:0` with a port that is free now in the place of 0; anything else as it is.
[[nodiscard]] std::string with_free_port(const std::string& listen);

/// What an operator would write into postroom.toml for it.
[[nodiscard]] result<configuration>
demo_configuration(const std::string& listen, const std::filesystem::path& directory, const demo_office& office);

} // namespace postroom::app
