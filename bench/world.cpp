#include "bench/world.hpp"

#include "tests/support/wire.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace postroom::bench {
namespace {

constexpr const char* delegate = "andrea@contoso.test";
constexpr const char* inotify_file = "/proc/sys/fs/inotify/max_user_instances";

constexpr std::string_view head_template = R"(data_directory = "data"
[api]
listen = "127.0.0.1:0"
[log]
level = "warning"
[limits]
connections_per_second_per_host = 100
[[provider]]
id = "azure"
name = "Contoso"
service = "microsoft_azure"
directory_id = "contoso"
)";

constexpr std::string_view grant_template = R"([[grant]]
id = "andrea"
provider = "azure"
kind = "refresh_token"
delegate = "andrea@contoso.test"
)";

std::string setting(std::string_view name, const std::string& value) {
  return std::string{name} + " = \"" + value + "\"\n";
}

std::string account(const std::string& mailbox, const std::string& catch_up) {
  const auto id = mailbox.substr(0, mailbox.find('@'));
  return "[[account]]\nprovider = \"azure\"\ngrant = \"andrea\"\nlist = \"customers\"\n" + setting("id", id) +
         setting("name", id) + setting("email", mailbox) + setting("username", mailbox) + setting("catch_up", catch_up);
}

} // namespace

inotify_room::inotify_room(std::size_t needed) {
  std::size_t now = 0;
  std::ifstream{inotify_file} >> now;
  if (now >= needed)
    return;
  std::ofstream file{inotify_file};
  file << needed << std::flush;
  if (!file)
    throw std::runtime_error("Dovecot needs an inotify instance for each mailbox; run as root: sysctl -w "
                             "fs.inotify.max_user_instances=" +
                             std::to_string(needed));
  before_ = now;
}

inotify_room::~inotify_room() {
  if (before_ != 0)
    std::ofstream{inotify_file} << before_;
}

void programs::add_to(CLI::App& arguments) {
  arguments.add_option("--postroom", postroom, "The gateway")->required()->check(CLI::ExistingFile);
  arguments.add_option("--bare", bare, "The bare program beside it")->required()->check(CLI::ExistingFile);
}

world::world(world_options options) : options_(std::move(options)), room_(2 * options_.sessions + 40) {
  test::dovecot_options server;
  for (std::size_t i = 0; i < options_.mailboxes; ++i) {
    server.mailboxes.push_back(mailbox(i));
    server.rights.emplace_back(delegate, mailbox(i));
  }
  server.imap_hibernate_timeout = options_.hibernate;
  server.login_processes = 2;
  auto started = test::dovecot::start(std::move(server));
  if (!started)
    throw std::runtime_error("Dovecot: " + started.error().detail);
  mail_server_ = std::move(*started);
  tokens_ = std::make_unique<test::token_endpoint>(mail_server_->issuer());
}

std::string world::mailbox(std::size_t number) {
  char name[64];
  std::snprintf(name, sizeof name, "box%05zu@contoso.test", number);
  return name;
}

std::string world::configuration(std::size_t mailboxes, const std::string& catch_up) {
  std::string text{head_template};
  text += setting("application_id", mail_server_->issuer().client_id());
  text += setting("client_secret", test::token_endpoint::options{}.client_secret);
  text += setting("token_endpoint", tokens_->token_url());
  text += setting("imap_host", mail_server_->host());
  text += "imap_port = " + std::to_string(mail_server_->imaps_port()) + "\n";
  text += setting("ca_file", mail_server_->certificates().ca_certificate.string());
  text += std::string{grant_template} + setting("refresh_token", tokens_->sign_in(delegate));
  for (std::size_t i = 0; i < mailboxes; ++i)
    text += account(mailbox(i), catch_up);
  return text;
}

std::unique_ptr<gateway> world::start_gateway(const std::string& name, std::size_t mailboxes,
                                              const std::string& catch_up) {
  return std::make_unique<gateway>(options_.measured.postroom, directory_.path() / name,
                                   configuration(mailboxes, catch_up));
}

std::unique_ptr<test::process> world::start_bare(std::size_t mailboxes) {
  const auto token = mail_server_->issuer().token({.upn = delegate});
  std::string logins;
  for (std::size_t i = 0; i < mailboxes; ++i)
    logins += test::xoauth2(mailbox(i), token) + "\n";
  const auto logins_file = directory_.path() / "logins";
  test::write_file(logins_file, logins);
  test::spawn_options options;
  options.output_file = directory_.path() / "bare.output";
  auto started = test::process::spawn(
      {options_.measured.bare.string(), "--port", std::to_string(mail_server_->imaps_port()), "--ca",
       mail_server_->certificates().ca_certificate.string(), "--logins", logins_file.string()},
      options);
  if (!started)
    throw std::runtime_error("cannot start " + options_.measured.bare.string() + ": " + started.error().detail);
  return std::move(*started);
}

std::unique_ptr<test::process> world::start_bare_watcher(std::size_t mailboxes) {
  auto watcher = start_bare(mailboxes);
  const auto ready = [&] {
    if (!watcher->running())
      throw std::runtime_error("the bare watcher ended: " + watcher->output());
    return watcher->output().find("ready\n") != std::string::npos;
  };
  await("starting the bare watcher", ready, std::chrono::seconds{60 + static_cast<long>(mailboxes) / 20});
  return watcher;
}

void world::check_hibernation() const {
  const auto log = mail_server_->log();
  for (const char* trouble : {"Couldn't hibernate", "inotify_init"})
    if (const auto at = log.find(trouble); at != std::string::npos)
      throw std::runtime_error("Dovecot: " + log.substr(at, log.find('\n', at) - at));
}

} // namespace postroom::bench
