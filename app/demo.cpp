#include "app/commands.hpp"
#include "app/event_printer.hpp"
#include "app/process.hpp"
#include "app/ready_file.hpp"
#include "sim/stand_in.hpp"
#include "storage/object_schema.hpp"

#include <cstdlib>
#include <iostream>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

/// The demonstration's directory; a temporary one disappears with it.
class demo_directory {
public:
  explicit demo_directory(std::filesystem::path wanted) : path_(std::move(wanted)), temporary_(path_.empty()) {
    if (!temporary_)
      return;
    auto pattern = (std::filesystem::temp_directory_path() / "postroom-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()))
      path_ = pattern;
  }
  ~demo_directory() {
    std::error_code ignored;
    if (temporary_ && !path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }
  demo_directory(const demo_directory&) = delete;
  demo_directory& operator=(const demo_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
  bool temporary_;
};

/// What an operator would write into postroom.toml for the stand-in.
configuration configure(const demo_options& options, const std::filesystem::path& directory,
                        const sim::stand_in& office) {
  configuration config;
  config.data_directory = directory / "data";
  config.api.listen = options.listen;
  config.log.level = log::level::warning;
  config.log.format = log::format::text;
  config.log.directory = directory / "log";
  config.limits.connections_per_second_per_host = 200;
  records::Tenant tenant;
  tenant.set_id("default");
  tenant.set_name("Demonstration");
  config.tenants.push_back(tenant);

  declared_provider provider;
  provider.record.set_tenant("default");
  provider.record.set_id("azure");
  provider.record.set_name("Contoso (stand-in for Microsoft 365)");
  provider.record.set_service("microsoft_azure");
  provider.record.set_type("outlook365");
  provider.record.set_application_id(office.client_id());
  provider.record.set_directory_id(office.tenant_id());
  provider.record.set_token_endpoint(office.token_url());
  provider.record.set_imap_host("localhost");
  provider.record.set_imap_port(office.imap_port());
  provider.record.set_imap_security("tls");
  provider.record.set_ca_file(office.ca_file().string());
  provider.client_secret = office.client_secret();
  storage::set_defaults(provider.record);
  config.providers.push_back(std::move(provider));

  declared_grant grant;
  grant.record.set_tenant("default");
  grant.record.set_id("delegate");
  grant.record.set_provider("azure");
  grant.record.set_kind("refresh_token");
  grant.record.set_delegate(office.delegate());
  grant.secret_value = office.refresh_token();
  config.grants.push_back(std::move(grant));

  for (const auto& mailbox : office.mailboxes()) {
    const auto name = mailbox.substr(0, mailbox.find('@'));
    records::Account account;
    account.set_tenant("default");
    account.set_id(name);
    account.set_name(name);
    account.set_key(name.substr(0, 5));
    account.set_email(mailbox);
    account.set_username(mailbox);
    account.set_list("customers");
    account.set_active(true);
    account.set_service("outlook365");
    account.set_modern_authentication(true);
    account.set_provider("azure");
    account.set_delegate(office.delegate());
    account.set_transport("imap_smtp");
    account.set_catch_up("all");
    storage::set_defaults(account, &config.providers.front().record);
    config.accounts.push_back(std::move(account));
  }
  return config;
}

int complain(const error& why) {
  std::cerr << "postroom demo: " << to_string(why) << "\n  what to do: " << remedy(why.code) << "\n";
  return 1;
}

void print_examples(const std::string& url, const std::string& token, std::size_t mailboxes,
                    std::chrono::milliseconds took) {
  std::cout << "\nAll " << mailboxes << " mailboxes are in step after " << took.count() << " ms. Try:\n\n"
            << "  TOKEN=" << token << "\n"
            << "  curl -s -H \"Authorization: Bearer $TOKEN\" '" << url << "/v1/events?limit=2'\n"
            << "  curl -sN -H \"Authorization: Bearer $TOKEN\" -H 'Accept: text/event-stream' '" << url
            << "/v1/events'\n"
            << "  curl -s -H \"Authorization: Bearer $TOKEN\" '" << url << "/v1/accounts?limit=3'\n"
            << "  curl -s " << url << "/metrics | grep postroom_mailboxes\n\n"
            << "Events as they come (Ctrl-C ends the demonstration):\n"
            << std::flush;
}

} // namespace

int demo(const demo_options& options) {
  const auto begin = std::chrono::steady_clock::now();
  const demo_directory directory{options.directory};
  if (directory.path().empty())
    return complain(fail(errc::store_unavailable, "cannot make a temporary directory"));
  prepare_process();
  sim::stand_in_options office_options;
  office_options.mailboxes = options.mailboxes;
  office_options.mail_every = options.mail_every;
  office_options.directory = directory.path() / "stand-in";
  auto office = sim::stand_in::start(office_options);
  if (!office)
    return complain(office.error());
  auto config = configure(options, directory.path(), **office);
  const system_clock time;
  std::filesystem::create_directories(config.log.directory);
  if (auto logging = log::start(config.log, time); !logging)
    return complain(logging.error());
  auto process = gateway_process::start(config, settings_of(config), time);
  if (!process) {
    log::stop();
    return complain(process.error());
  }
  auto& gateway = **process;
  std::cout << "postroom demo: gateway at " << gateway.url() << ", " << options.mailboxes
            << " shared mailboxes on a built-in stand-in for Microsoft 365\n"
            << "data and logs: " << directory.path().string() << "\n"
            << std::flush;
  auto token = gateway.make_token("demo");
  bool announced = false;
  event_printer printer{gateway.node().store(), tenant_id{"default"}};
  while (!end_wanted(100ms, config.log.level)) {
    const auto now = std::chrono::steady_clock::now();
    if (options.run_for.count() > 0 && now - begin >= options.run_for)
      break;
    if (announced) {
      printer.print_new(std::cout);
      continue;
    }
    const auto seen = gateway.node().look(1s);
    if (!token || !seen || !seen->configuration_loaded || seen->in_step < options.mailboxes)
      continue;
    announced = true;
    print_examples(gateway.url(), *token, options.mailboxes,
                   std::chrono::duration_cast<std::chrono::milliseconds>(now - begin));
    if (!options.ready_file.empty())
      if (auto written = write_ready_file(options.ready_file, gateway.url(), *token); !written)
        return complain(written.error());
  }
  std::cout << "\nending ...\n" << std::flush;
  gateway.stop();
  (*office)->stop();
  log::stop();
  return 0;
}

} // namespace postroom::app
