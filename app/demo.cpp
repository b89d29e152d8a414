#include "app/cli/http_port.hpp"
#include "app/cli/text_table.hpp"
#include "app/commands.hpp"
#include "app/demo_answers.hpp"
#include "app/demo_diagnosis.hpp"
#include "app/demo_events.hpp"
#include "app/demo_office.hpp"
#include "app/event_printer.hpp"
#include "app/process.hpp"
#include "app/ready_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>

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

int complain(const error& why) {
  std::cerr << "postroom demo: " << to_string(why) << "\n  what to do: " << remedy(why.code) << "\n";
  return 1;
}

constexpr std::string_view example_mail =
    R"({"to": ["anna@example.test"], "subject": "Good morning", "text": "How are you?\n"})";

void print_head(const configuration& config, const std::string& url, const std::string& control_url,
                const std::filesystem::path& directory) {
  cli::text_table table{{"tenant", "provider", "service", "sign-ins", "mailboxes"}};
  for (const auto& declared : config.providers) {
    const auto& provider = declared.record;
    const auto is_its = [&](const auto& each) {
      return each.tenant() == provider.tenant() && each.provider() == provider.id();
    };
    table.add({provider.tenant(), provider.id(), provider.service(),
               std::to_string(std::ranges::count_if(config.grants, is_its, &declared_grant::record)),
               std::to_string(std::ranges::count_if(config.accounts, is_its))});
  }
  std::cout << "postroom demo: gateway at " << url << " for\n\n";
  table.print(std::cout, "  ");
  std::cout << "\nTheir mail servers and identity platforms are built in.\n"
            << "to see and change what the stand-in does: " << control_url << "\n"
            << "data and logs: " << directory.string() << "\n"
            << std::flush;
}

/// How to sign in as an administrator of the customer would.
void print_sign_in(const std::string& url, const std::string& tenant, const std::string& provider,
                   const sim::delegate_facts& delegate) {
  std::cout << "Sign in by hand: open the URL that this answers, in any browser, and tell it to go on although it does "
               "not know\nthe certificate. You are "
            << delegate.upn << " with the password " << delegate.password.expose() << "; a second factor is "
            << sim::user::mfa_code << ".\n\n"
            << "  curl -s -X POST -H \"Authorization: Bearer $TOKEN\" '" << url << "/v1/providers/" << provider
            << "/authenticate?tenant=" << tenant << "'\n\n";
}

/// This program as a shell calls it: whoever builds it does not have it on the PATH.
std::string own_name() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  const bool plain = path.find_first_of(" '\"\\$`&;()") == std::string::npos;
  return failed || !plain ? "postroom" : path;
}

void print_examples(const std::string& url, const std::string& token, const std::string& tenant,
                    const std::string& other, const std::string& account) {
  const std::string with_token = "-H \"Authorization: Bearer $TOKEN\" ";
  std::cout << "\nThis token is good for all tenants, so that each call names one. Try:\n\n"
            << "  TOKEN=" << token << "\n"
            << "  curl -s " << with_token << "'" << url << "/v1/events?tenant=" << tenant << "&limit=2'\n"
            << "  curl -sN " << with_token << "-H 'Accept: text/event-stream' '" << url
            << "/v1/events?tenant=" << tenant << "'\n"
            << "  curl -s " << with_token << "'" << url << "/v1/accounts?tenant=" << other << "&limit=3'\n"
            << "  curl -s " << url << "/metrics | grep postroom_mailboxes\n\n"
            << "Some of the mail is answered by itself. Send one yourself, and look what became of it:\n\n"
            << "  curl -s " << with_token << "-H 'Content-Type: application/json' "
            << "-H 'Idempotency-Key: my-first' \\\n    -d '" << example_mail << "' \\\n    '" << url << "/v1/accounts/"
            << account << "/outbox?tenant=" << tenant << "'\n"
            << "  " << own_name() << " outbox list --url " << url << " --token $TOKEN --tenant " << tenant
            << " --account " << account << "\n\n";
}

/// A gateway in the same process answers soon or, when it is overwhelmed, not at all: Ctrl-C must not wait for it.
std::unique_ptr<cli::api_port> port_to(const std::string& url, const std::string& token) {
  auto to = cli::parse_url(url);
  if (!to)
    return nullptr;
  to->token = secret<>{token};
  to->timeout = 2s;
  return cli::make_http_port(std::move(*to));
}

/// What is to be seen of the running gateway.
class demo_show {
public:
  using time_point = std::chrono::steady_clock::time_point;

  demo_show(const demo_options& options, const demo_office& office, const configuration& config,
            gateway_process& gateway, std::string token, time_point begin)
      : begin_(begin), options_(options), config_(config), gateway_(gateway), token_(std::move(token)),
        healthy_(config.accounts.size() - office.sick.size()), sick_(office.sick.size()),
        diagnosis_(port_to(gateway.url(), token_), office.sick),
        answers_(port_to(gateway.url(), token_), office.servers->mailboxes()),
        delegate_(office.providers.front().delegates.front()) {
    for (const auto& each : config.tenants)
      logs_.emplace_back(gateway.node().store(), tenant_id{each.id()});
  }

  /// Often.
  result<void> go_on() {
    if (announced_) {
      show_events();
      return {};
    }
    const auto now = std::chrono::steady_clock::now();
    const auto seen = gateway_.node().look(1s);
    if (!seen || !seen->configuration_loaded || seen->in_step < healthy_)
      return {};
    if (!in_step_at_)
      in_step_at_ = now;
    diagnosis_.look();
    if (!diagnosis_.complete() && now - *in_step_at_ < diagnosis_limit)
      return {};
    announce();
    announced_ = true;
    return options_.ready_file.empty() ? result<void>{} : write_ready_file(options_.ready_file, gateway_.url(), token_);
  }

private:
  /// Some sicknesses take longer to be noticed.
  static constexpr auto diagnosis_limit = 3s;
  static constexpr auto diagnosis_period = 2s;

  void announce() {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(*in_step_at_ - begin_);
    std::cout << "\nAll " << healthy_ << " healthy mailboxes are in step after " << took.count() << " ms.\n";
    if (sick_ > 0)
      std::cout << "What the gateway says of the " << sick_ << " that are sick on purpose:\n\n";
    diagnosis_.print(std::cout);
    diagnosis_.print_missing(std::cout);
    print_examples(gateway_.url(), token_, config_.tenants.front().id(), config_.tenants.back().id(),
                   config_.accounts.front().id());
    print_sign_in(gateway_.url(), config_.tenants.front().id(), config_.providers.front().record.id(), delegate_);
    std::cout << "Events as they come (Ctrl-C ends the demonstration):\n" << std::flush;
  }

  void show_events() {
    for (auto& log : logs_)
      for (const auto& event : log.next()) {
        print_event(event, std::cout);
        answers_.see(event);
      }
    const auto now = std::chrono::steady_clock::now();
    if (!diagnosis_.complete() && now >= next_look_) {
      next_look_ = now + diagnosis_period;
      diagnosis_.look();
      diagnosis_.print(std::cout);
    }
    std::cout << std::flush;
    answers_.work();
  }

  const time_point begin_;
  const demo_options& options_;
  const configuration& config_;
  gateway_process& gateway_;
  std::string token_;
  std::size_t healthy_;
  std::size_t sick_;
  demo_diagnosis diagnosis_;
  answering_machine answers_;
  sim::delegate_facts delegate_; ///< who can sign in at the first provider
  std::vector<demo_events> logs_;
  std::optional<time_point> in_step_at_;
  time_point next_look_;
  bool announced_ = false;
};

result<void> run(const demo_options& options, const demo_office& office, const configuration& config,
                 const std::filesystem::path& directory) {
  const auto begin = std::chrono::steady_clock::now();
  const system_clock time;
  auto process = gateway_process::start(config, settings_of(config), time);
  if (!process)
    return process.error();
  auto& gateway = **process;
  print_head(config, gateway.url(), office.servers->control_url(), directory);
  const auto token = gateway.make_token("demo");
  if (!token)
    return token.error();
  demo_show show{options, office, config, gateway, *token, begin};
  while (!end_wanted(100ms, config.log.level)) {
    if (options.run_for.count() > 0 && std::chrono::steady_clock::now() - begin >= options.run_for)
      break;
    if (auto fine = show.go_on(); !fine)
      return fine;
  }
  std::cout << "\nending ...\n" << std::flush;
  return {};
}

} // namespace

int demo(const demo_options& wanted) {
  auto options = wanted;
  options.listen = with_free_port(wanted.listen);
  const demo_directory directory{options.directory};
  if (directory.path().empty())
    return complain(fail(errc::store_unavailable, "cannot make a temporary directory"));
  prepare_process();
  auto office = open_demo_office(options, directory.path());
  if (!office)
    return complain(office.error());
  const auto config = demo_configuration(options.listen, directory.path(), *office);
  if (!config)
    return complain(config.error());
  const system_clock time;
  std::filesystem::create_directories(config->log.directory);
  if (auto logging = log::start(config->log, time); !logging)
    return complain(logging.error());
  const auto ended = run(options, *office, *config, directory.path());
  office->servers->stop();
  log::stop();
  return ended ? 0 : complain(ended.error());
}

} // namespace postroom::app
