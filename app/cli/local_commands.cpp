#include "app/cli/command.hpp"
#include "app/commands.hpp"
#include "app/version.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

void add_serve(CLI::App& program, command_shelf& shelf) {
  auto options = std::make_shared<serve_options>();
  auto& leaf = add_leaf(program, "serve", "Run the gateway until SIGINT or SIGTERM",
                        "postroom serve -c /etc/postroom/postroom.toml");
  leaf.add_option("-c,--config", options->config_file, "Configuration file")->capture_default_str();
  leaf.add_option("--ready-file", options->ready_file,
                  "Write {\"url\",\"token\",\"pid\"} here once all mailboxes are in step");
  leaf.callback([&shelf, options] { shelf.chosen = [options] { return serve(*options); }; });
}

void add_demo(CLI::App& program, command_shelf& shelf) {
  struct demo_wish {
    demo_options options;
    unsigned mail_every_ms = 1500;
    unsigned run_for_s = 0;
  };
  auto wish = std::make_shared<demo_wish>();
  auto& leaf = add_leaf(program, "demo", "Run a gateway with a built-in stand-in for Microsoft 365 and Google",
                        "postroom demo --mailboxes 200");
  leaf.add_option("--directory", wish->options.directory, "Keep data here instead of in a temporary directory");
  leaf.add_option("--ready-file", wish->options.ready_file,
                  "Write {\"url\",\"token\",\"pid\"} here once all healthy mailboxes are in step");
  leaf.add_option("--listen", wish->options.listen, "Address of the API; port 0 takes a free one")
      ->capture_default_str();
  leaf.add_option("--mailboxes", wish->options.mailboxes,
                  "Mailboxes of both customers together; a few of them are sick")
      ->check(CLI::Range(demo_mailboxes_min, demo_mailboxes_max))
      ->capture_default_str();
  leaf.add_option("--mail-every-ms", wish->mail_every_ms, "A new mail arrives this often; 0: never")
      ->capture_default_str();
  leaf.add_option("--run-for-s", wish->run_for_s, "End by itself after so many seconds; 0: never");
  leaf.callback([&shelf, wish] {
    shelf.chosen = [wish] {
      wish->options.mail_every = std::chrono::milliseconds{wish->mail_every_ms};
      wish->options.run_for = std::chrono::seconds{wish->run_for_s};
      return demo(wish->options);
    };
  });
}

void add_check(CLI::App& program, command_shelf& shelf) {
  auto options = std::make_shared<check_options>();
  auto& leaf = add_leaf(program, "check", "Read a configuration file and say what is wrong with it",
                        "postroom check -c postroom.toml");
  leaf.add_option("-c,--config", options->config_file, "Configuration file")->capture_default_str();
  leaf.callback([&shelf, options] { shelf.chosen = [options] { return check(*options); }; });
}

} // namespace

void add_local_commands(CLI::App& program, command_shelf& shelf) {
  add_serve(program, shelf);
  add_demo(program, shelf);
  add_check(program, shelf);
  auto& leaf = add_leaf(program, "version", "Print the version", "postroom version");
  leaf.callback([&shelf] {
    shelf.chosen = [&shelf] {
      shelf.world.out << "postroom " << version << "\n";
      return 0;
    };
  });
}

} // namespace postroom::app::cli
