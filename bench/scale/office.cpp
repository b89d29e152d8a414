#include "bench/scale/office.hpp"

#include "sim/gateway_config.hpp"
#include "sim/tenant_spread.hpp"
#include "tests/support/wire.hpp"

#include <boost/json.hpp>

#include <cstdlib>
#include <stdexcept>

namespace postroom::bench::scale {
namespace {

template <class T>
T value_or_throw(result<T> got, const char* what) {
  if (!got)
    throw std::runtime_error(std::string{what} + ": " + got.error().detail);
  return std::move(*got);
}

sim::scenario scenario_of(const office_options& options, const std::filesystem::path& directory) {
  sim::scenario plan;
  plan.directory = directory;
  plan.access_token_life = options.token_life;
  plan.mail.initial_each = 0;
  plan.mail.keep_each = 20;
  plan.tenants = value_or_throw(
      sim::spread_tenants({options.tenants, options.providers, options.grants, options.mailboxes}), "scenario");
  return plan;
}

std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += (text.empty() ? "" : "&") + name + "=";
    for (const char c : value) {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
      text += escaped;
    }
  }
  return text;
}

} // namespace

office::office(office_options options) : options_(std::move(options)) {
  stand_in_ = value_or_throw(sim::stand_in::start(scenario_of(options_, directory_.path() / "stand-in")), "stand-in");
}

std::vector<std::string> office::tenants() const {
  std::vector<std::string> out;
  for (const auto& each : stand_in_->providers())
    if (const auto id = sim::id_of(each.tenant_name); out.empty() || out.back() != id)
      out.push_back(id);
  return out;
}

std::vector<std::string> office::mailboxes(std::size_t count) const {
  std::vector<std::string> out;
  for (const auto& provider : stand_in_->providers())
    for (const auto& delegate : provider.delegates)
      out.insert(out.end(), delegate.mailboxes.begin(), delegate.mailboxes.end());
  out.resize(std::min(count, out.size()));
  return out;
}

std::unique_ptr<gateway> office::start_gateway(const std::string& name, std::size_t mailboxes) {
  sim::gateway_config_options config;
  config.listen = "127.0.0.1:0";
  config.log_level = "warning";
  config.ca_file = stand_in_->ca_file();
  config.connections_per_second_per_host = admission_per_s;
  config.catch_up = "new";
  config.accounts_max = mailboxes;
  return std::make_unique<gateway>(options_.measured.postroom, directory_.path() / name,
                                   sim::gateway_config(stand_in_->providers(), config));
}

double office::await_idle(const std::string& what, std::size_t mailboxes, std::chrono::seconds deadline) {
  const auto begin = now_ns();
  await(
      what, [&] { return stand_in_->stats().idling >= mailboxes; }, deadline);
  return static_cast<double>(now_ns() - begin) * 1e-9;
}

std::string office::access_token(const sim::provider_facts& provider, const sim::delegate_facts& delegate) {
  const auto body = form({{"grant_type", "refresh_token"},
                          {"client_id", provider.client_id},
                          {"client_secret", std::string{provider.client_secret.expose()}},
                          {"refresh_token", std::string{delegate.refresh_token.expose()}},
                          {"scope", "https://outlook.office.com/IMAP.AccessAsUser.All"}});
  const auto path = provider.token_url.substr(provider.token_url.find('/', sizeof "https://"));
  const auto endpoint =
      value_or_throw(test::wire::connect(stand_in_->identity_port(), stand_in_->ca_file()), "identity");
  (void)endpoint->write("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
  std::size_t length = 0;
  for (std::string line = "begin"; !line.empty();) {
    line = value_or_throw(endpoint->read_line(), "token");
    if (line.starts_with("Content-Length: "))
      length = std::stoul(line.substr(sizeof "Content-Length:"));
  }
  const auto answer = boost::json::parse(value_or_throw(endpoint->read_bytes(length), "token"));
  return std::string{answer.at("access_token").as_string()};
}

double office::bare_login_cpu_s(std::size_t logins) {
  std::string lines;
  std::size_t count = 0;
  for (const auto& provider : stand_in_->providers())
    for (const auto& delegate : provider.delegates) {
      if (count >= logins)
        break;
      const auto token = access_token(provider, delegate);
      for (const auto& mailbox : delegate.mailboxes)
        if (count++ < logins)
          lines += test::xoauth2(mailbox, token) + "\n";
    }
  const auto file = directory_.path() / "logins";
  test::write_file(file, lines);
  test::spawn_options options;
  options.output_file = directory_.path() / "bare.output";
  auto bare = value_or_throw(
      test::process::spawn({options_.measured.bare.string(), "--port", std::to_string(stand_in_->imap_port()), "--ca",
                            stand_in_->ca_file().string(), "--logins", file.string()},
                           options),
      "bare client");
  const auto limit = std::chrono::seconds{60 + static_cast<long>(logins / 100)};
  if (bare->wait(limit) != 0)
    throw std::runtime_error("the bare client failed: " + bare->output());
  const auto output = bare->output();
  return std::strtod(output.c_str() + output.find("cpu ") + 4, nullptr) / static_cast<double>(logins);
}

} // namespace postroom::bench::scale
