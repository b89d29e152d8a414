#include "bench/outbound_world.hpp"

#include <CLI/CLI.hpp>

#include <boost/json.hpp>

#include <csignal>
#include <stdexcept>

namespace postroom::bench {
namespace {

using namespace std::chrono_literals;

std::string setting(std::string_view name, const std::string& value) {
  return std::string{name} + " = \"" + value + "\"\n";
}

std::string setting(std::string_view name, std::uint16_t value) {
  return std::string{name} + " = " + std::to_string(value) + "\n";
}

} // namespace

void outbound_world::options::add_to(CLI::App& arguments) {
  arguments.add_option("--postroom", postroom, "The gateway")->required()->check(CLI::ExistingFile);
  arguments.add_option("--sink", sink, "Where mail ends: bench/smtp_sink")->required()->check(CLI::ExistingFile);
  arguments.add_option("--mailboxes", mailboxes, "Mailboxes that send")->check(CLI::Range(1, 1000));
}

outbound_world::outbound_world(options options) : options_(std::move(options)) {
  test::dovecot_options server;
  server.sent_folder = "Sent Items"; // with it the delegate may sign in as himself, as those who submit do
  for (std::size_t i = 0; i < options_.mailboxes; ++i) {
    server.mailboxes.push_back(account(i) + "@contoso.test");
    server.rights.emplace_back(delegate, server.mailboxes.back());
  }
  auto started = test::dovecot::start(std::move(server));
  if (!started)
    throw std::runtime_error("Dovecot: " + started.error().detail);
  mail_server_ = std::move(*started);
  tokens_ = std::make_unique<test::token_endpoint>(mail_server_->issuer());
  start_sink();
  if (options_.tls) {
    test::postfix_options fast;
    fast.fast = true;
    fast.fast_sink = sink_port_;
    fast.smtpd_processes = 2 * options_.mailboxes + 20;
    auto postfix = test::postfix::start(*mail_server_, std::move(fast));
    if (!postfix)
      throw std::runtime_error("Postfix: " + postfix.error().detail);
    postfix_ = std::move(*postfix);
  }
  gateway_ = std::make_unique<bench::gateway>(options_.postroom, directory_.path() / "gateway", configuration());
  gateway_->await_ready(60s);
}

std::string outbound_world::account(std::size_t number) {
  return "box" + std::to_string(number);
}

void outbound_world::start_sink() {
  test::spawn_options options;
  options.output_file = directory_.path() / "sink";
  auto started = test::process::spawn({options_.sink.string()}, options);
  if (!started)
    throw std::runtime_error("cannot start the sink: " + started.error().detail);
  sink_ = std::move(*started);
  await(
      "starting the sink", [&] { return sink_->output().find('\n') != std::string::npos; }, 10s);
  sink_port_ = static_cast<std::uint16_t>(std::stoul(sink_->output().substr(sink_->output().find(' ') + 1)));
}

std::size_t outbound_world::arrived() {
  // It prints a line of JSON for each signal.
  ++reports_;
  ::kill(sink_->pid(), SIGUSR1);
  const auto lines = [&] {
    const auto text = sink_->output();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  };
  await(
      "asking the sink", [&] { return lines() > reports_; }, 10s);
  auto text = sink_->output();
  text.pop_back();
  const auto report = boost::json::parse(text.substr(text.rfind('\n') + 1));
  return report.at("mails").to_number<std::size_t>();
}

std::uint16_t outbound_world::smtp_port() const {
  return postfix_ ? postfix_->port() : sink_port_;
}

std::string outbound_world::configuration() {
  std::string text = "data_directory = \"data\"\n[api]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warning\"\n"
                     "[limits]\nconnections_per_second_per_host = 1000\n"
                     "[[provider]]\nid = \"mail\"\nname = \"Mail\"\nservice = \"generic_oidc\"\ntype = \"imap\"\n"
                     "sasl = \"xoauth2\"\n";
  text += setting("application_id", mail_server_->issuer().client_id());
  text += setting("client_secret", test::token_endpoint::options{}.client_secret);
  text += setting("token_endpoint", tokens_->token_url());
  text += setting("imap_host", mail_server_->host()) + setting("imap_port", mail_server_->imaps_port());
  text += setting("smtp_host", "127.0.0.1") + setting("smtp_port", smtp_port());
  text += setting("smtp_security", options_.tls ? "starttls" : "plain");
  text += setting("ca_file", mail_server_->certificates().ca_certificate.string());
  text += "[[grant]]\nid = \"andrea\"\nprovider = \"mail\"\nkind = \"refresh_token\"\n";
  text += setting("delegate", delegate) + setting("refresh_token", tokens_->sign_in(delegate));
  for (std::size_t i = 0; i < options_.mailboxes; ++i)
    text += "[[account]]\nprovider = \"mail\"\ngrant = \"andrea\"\n" + setting("id", account(i)) +
            setting("name", account(i)) + setting("email", account(i) + "@contoso.test") +
            setting("username", account(i) + "@contoso.test");
  return text;
}

} // namespace postroom::bench
