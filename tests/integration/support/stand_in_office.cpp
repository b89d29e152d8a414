#include "tests/integration/support/stand_in_office.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace postroom::test {
namespace {

const std::string postroom_binary = std::string{POSTROOM_BINARY_DIR} + "/app/postroom";

std::string listen_on(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

} // namespace

stand_in_office::stand_in_office(const std::function<void(sim::scenario&)>& change) : port_(free_port()) {
  sim::scenario plan;
  plan.directory = directory_.path() / "tls";
  plan.mail.initial_each = 0;
  plan.redirect_uris = sim::callback_uris(listen_on(port_));
  if (change)
    change(plan);
  auto started = sim::stand_in::start(plan);
  if (!started)
    throw std::runtime_error("the stand-in: " + to_string(started.error()));
  servers_ = std::move(*started);
}

stand_in_office::~stand_in_office() {
  if (testing::Test::HasFailure() && !outputs_.empty()) {
    const auto said = output();
    constexpr std::size_t enough_bytes = 6000;
    std::cerr << "-- the gateway's last words --\n" << said.substr(said.size() - std::min(said.size(), enough_bytes));
  }
}

boost::json::object stand_in_office::control(const std::string& method, const std::string& path,
                                             const std::string& body) {
  const auto done = run(
      {"curl", "-sS", "--fail-with-body", "-X", method, "--data-binary", "@-", servers_->control_url() + path}, body);
  if (!done || done->status != 0)
    throw std::runtime_error(method + " " + path + ": " + (done ? done->output : to_string(done.error())));
  return boost::json::parse(done->output).as_object();
}

std::vector<std::string> stand_in_office::secrets_of(const std::string& client_id) {
  const auto shown = run({"curl", "-sS", servers_->control_url() + "/v1/applications/" + client_id});
  if (!shown)
    throw std::runtime_error(to_string(shown.error()));
  const auto document = boost::json::parse(shown->output);
  std::vector<std::string> ids;
  for (const auto& each : document.at("secrets").as_array())
    ids.emplace_back(each.at("key_id").as_string());
  return ids;
}

void stand_in_office::expire_secret(const std::string& client_id, const std::string& key_id) {
  control("PATCH", "/v1/applications/" + client_id + "/secrets/" + key_id, R"({"expires_in_s":0})");
}

void stand_in_office::expire_secrets(const std::string& client_id) {
  for (const auto& each : secrets_of(client_id))
    expire_secret(client_id, each);
}

std::string stand_in_office::new_secret(const std::string& client_id) {
  const auto made = control("POST", "/v1/applications/" + client_id + "/secrets", R"({"expires_in_s":3600})");
  return std::string{made.at("value").as_string()};
}

void stand_in_office::strike(sim::fault_kind kind, std::vector<std::string> names, std::int64_t amount) {
  sim::fault what;
  what.kind = kind;
  what.names = std::move(names);
  what.amount = amount;
  if (const auto done = servers_->add_fault(std::move(what)); !done)
    throw std::runtime_error(to_string(done.error()));
}

std::string stand_in_office::configuration(std::span<const sim::provider_facts> providers,
                                           const std::filesystem::path& ca_file) const {
  sim::gateway_config_options options;
  options.data_directory = directory_.path() / "data";
  options.listen = listen_on(port_);
  options.ca_file = ca_file;
  options.connections_per_second_per_host = 200;
  return sim::gateway_config(providers, options);
}

void stand_in_office::configure(const std::string& toml) {
  const auto file = directory_.path() / "postroom.toml";
  write_file(file, toml);
  const auto made = run({postroom_binary, "token", "create", "-c", file.string(), "--scope", "admin"});
  if (!made || made->status != 0)
    throw std::runtime_error("postroom token create: " + (made ? made->output : to_string(made.error())));
  api_token_ = made->output.substr(0, made->output.find('\n'));
}

void stand_in_office::enter_customer() {
  configure(configuration({}));
  start();
  tenant_ = "default";
  const auto& of = facts();
  ask("POST", "/v1/providers",
      {{"id", "app-1"},
       {"name", of.application_name},
       {"service", "microsoft_azure"},
       {"application_id", of.client_id},
       {"directory_id", of.tenant_id},
       {"client_secret", of.client_secret.expose()},
       {"token_endpoint", of.token_url},
       {"discovery_url", of.discovery_url},
       {"graph_endpoint", of.graph_url},
       {"redirect_uri", sim::callback_uris(listen_on(port_)).front()},
       {"imap_host", "localhost"},
       {"imap_port", of.imap_port},
       {"smtp_host", "localhost"},
       {"smtp_port", of.smtp_port},
       {"ca_file", servers_->ca_file().string()}});
  for (const auto& person : of.delegates) {
    const auto grant = "app-1-" + account_of(person.upn);
    ask("POST", "/v1/grants",
        {{"id", grant},
         {"provider", "app-1"},
         {"delegate", person.upn},
         {"refresh_token", person.refresh_token.expose()}});
    for (const auto& each : person.mailboxes)
      ask("POST", "/v1/accounts",
          {{"id", account_of(each)},
           {"name", account_of(each)},
           {"email", each},
           {"username", each},
           {"provider", "app-1"},
           {"grant", grant},
           {"list", "customers"},
           {"catch_up", "all"}});
  }
}

void stand_in_office::start() {
  launch();
  if (!wait_until([&] { return accepts_connections(port_) || !gateway_->running(); }, 30s) || !gateway_->running())
    throw std::runtime_error("the gateway does not come up: " + output());
}

void stand_in_office::launch() {
  spawn_options how;
  how.output_file = directory_.path() / ("output." + std::to_string(outputs_.size()));
  outputs_.push_back(how.output_file);
  auto started = process::spawn({postroom_binary, "serve", "-c", (directory_.path() / "postroom.toml").string()}, how);
  if (!started)
    throw std::runtime_error(to_string(started.error()));
  gateway_ = std::move(*started);
}

void stand_in_office::kill() {
  gateway_->kill();
  gateway_.reset();
}

std::string stand_in_office::output() const {
  std::string all;
  for (const auto& each : outputs_)
    all += read_file(each);
  return all;
}

api::test::answer stand_in_office::call(const std::string& method, const std::string& path,
                                        const boost::json::object& body) {
  transcript_.clear();
  api::test::call what{method, path + (path.find('?') == std::string::npos ? "?" : "&") + "tenant=" + tenant_, {}, {}};
  if (method != "GET") {
    what.body = boost::json::serialize(body);
    what.headers["Content-Type"] = "application/json";
  }
  return api::test::client{port_, transcript_, api_token_}.send(what);
}

boost::json::object stand_in_office::ask(const std::string& method, const std::string& path,
                                         const boost::json::object& body) {
  const auto answer = call(method, path, body);
  if (answer.status / 100 != 2)
    throw std::runtime_error(method + " " + path + " answered " + std::to_string(answer.status) + ": " + answer.body);
  return answer.json();
}

std::string stand_in_office::state_of(const std::string& account) {
  return std::string{get("/v1/accounts/" + account + "/status").at("state").as_string()};
}

bool stand_in_office::await_idle(const std::vector<std::string>& accounts, std::chrono::seconds deadline) {
  std::string other;
  const auto all_idle = [&] {
    const auto found = std::ranges::find_if(accounts, [&](const auto& each) { return state_of(each) != "idle"; });
    other = found == accounts.end() ? std::string{} : *found;
    return other.empty();
  };
  if (wait_until(all_idle, deadline))
    return true;
  std::cerr << other << " is not idle: " << boost::json::serialize(get("/v1/accounts/" + other + "/status")) << "\n";
  return false;
}

std::vector<received_event> stand_in_office::events() {
  std::vector<received_event> all;
  for (std::uint64_t after = 0;;) {
    const auto page = get("/v1/events?limit=1000&after=" + std::to_string(after));
    const auto& items = page.at("items").as_array();
    for (const auto& item : items)
      all.push_back({item.at("seq").to_number<std::uint64_t>(), std::string{item.at("id").as_string()},
                     std::string{item.at("type").as_string()}, item.at("data").as_object()});
    if (items.empty())
      return all;
    after = page.at("next").to_number<std::uint64_t>();
  }
}

std::vector<received_event> stand_in_office::events(std::string_view type) {
  auto all = events();
  std::erase_if(all, [&](const auto& each) { return each.type != type; });
  return all;
}

bool stand_in_office::await_event(std::string_view type, std::chrono::seconds deadline) {
  return wait_until([&] { return !events(type).empty(); }, deadline);
}

std::string account_of(const std::string& mailbox) {
  return sim::id_of(mailbox.substr(0, mailbox.find('@')));
}

} // namespace postroom::test
