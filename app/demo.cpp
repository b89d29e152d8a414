#include "app/cli/http_port.hpp"
#include "app/commands.hpp"
#include "app/demo_answers.hpp"
#include "app/demo_configuration.hpp"
#include "app/demo_events.hpp"
#include "app/event_printer.hpp"
#include "app/process.hpp"
#include "app/ready_file.hpp"
#include "sim/stand_in.hpp"

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

int complain(const error& why) {
  std::cerr << "postroom demo: " << to_string(why) << "\n  what to do: " << remedy(why.code) << "\n";
  return 1;
}

constexpr std::string_view example_mail =
    R"({"to": ["anna@example.test"], "subject": "Good morning", "text": "How are you?\n"})";

void print_examples(const std::string& url, const std::string& token, const std::string& account, std::size_t mailboxes,
                    std::chrono::milliseconds took) {
  std::cout << "\nAll " << mailboxes << " mailboxes are in step after " << took.count() << " ms. Try:\n\n"
            << "  TOKEN=" << token << "\n"
            << "  curl -s -H \"Authorization: Bearer $TOKEN\" '" << url << "/v1/events?limit=2'\n"
            << "  curl -sN -H \"Authorization: Bearer $TOKEN\" -H 'Accept: text/event-stream' '" << url
            << "/v1/events'\n"
            << "  curl -s -H \"Authorization: Bearer $TOKEN\" '" << url << "/v1/accounts?limit=3'\n"
            << "  curl -s " << url << "/metrics | grep postroom_mailboxes\n\n"
            << "Some of the mail is answered by itself. Send one yourself, and look what became of it:\n\n"
            << "  curl -s -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' "
            << "-H 'Idempotency-Key: my-first' \\\n    -d '" << example_mail << "' \\\n    '" << url << "/v1/accounts/"
            << account << "/outbox'\n"
            << "  postroom outbox list --url " << url << " --token $TOKEN --account " << account << "\n\n"
            << "Events as they come (Ctrl-C ends the demonstration):\n"
            << std::flush;
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
  auto config = demo_configuration(options.listen, directory.path(), **office);
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
  demo_events events{gateway.node().store(), tenant_id{"default"}};
  answering_machine answers{token ? port_to(gateway.url(), *token) : nullptr, (*office)->mailboxes()};
  while (!end_wanted(100ms, config.log.level)) {
    const auto now = std::chrono::steady_clock::now();
    if (options.run_for.count() > 0 && now - begin >= options.run_for)
      break;
    if (announced) {
      for (const auto& event : events.next()) {
        print_event(event, std::cout);
        answers.see(event);
      }
      std::cout << std::flush;
      answers.work();
      continue;
    }
    const auto seen = gateway.node().look(1s);
    if (!token || !seen || !seen->configuration_loaded || seen->in_step < options.mailboxes)
      continue;
    announced = true;
    print_examples(gateway.url(), *token, config.accounts.front().id(), options.mailboxes,
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
