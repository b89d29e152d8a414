// How much mail goes through? 4 KB mails are handed in by HTTP as fast as the answers come, stored, and delivered for
// 50 mailboxes; measured until the last has reached the sink. With --tls they go by STARTTLS and XOAUTH2 to a Postfix,
// for 10 mailboxes – servers allow an identity few connections, so what one of them carries is what counts –, and in
// the same run nodemailer's pool sends as many the same way over as many connections.
#include "bench/outbound_world.hpp"
#include "bench/submitter.hpp"

#include <CLI/CLI.hpp>

#include <boost/json.hpp>

#include <cstdlib>
#include <stdexcept>

namespace {

using namespace postroom;
using namespace postroom::bench;
using namespace std::chrono_literals;

struct settings {
  outbound_world::options world;
  std::filesystem::path node = "node";
  std::filesystem::path nodemailer; ///< send.mjs beside its node_modules
  std::size_t mails = 0;            ///< 0: as many as the way allows in about 20 s
  bool quick = false;
};

struct figures {
  double per_s = 0;
  double cpu_s_per_1000 = 0;
};

figures measure_gateway(outbound_world& world, std::size_t mails) {
  const auto before = world.arrived();
  const auto cpu = world.gateway().cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  const auto handed_in =
      submit_all(world.gateway().api(), mails, 32, 0, [&](std::size_t n) { return world.account_of_mail(n); });
  if (handed_in.refused > 0)
    throw std::runtime_error(std::to_string(handed_in.refused) + " mails were refused");
  await(
      "delivering the mails", [&] { return world.arrived() >= before + mails; }, 300s);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (world.arrived() != before + mails)
    throw std::runtime_error("mails were sent twice");
  return {static_cast<double>(mails) / seconds,
          (world.gateway().cpu_seconds() - cpu) * 1000 / static_cast<double>(mails)};
}

figures measure_nodemailer(outbound_world& world, const settings& with, std::size_t mails, bool no_delay) {
  const auto token_file = world.directory() / "token";
  test::write_file(token_file, world.mail_server().issuer().token({.upn = outbound_world::delegate}));
  test::spawn_options options;
  options.output_file = world.directory() / "nodemailer";
  std::vector<std::string> line{with.node.string(),
                                with.nodemailer.string(),
                                "--port",
                                std::to_string(world.smtp_port()),
                                "--count",
                                std::to_string(mails),
                                "--connections",
                                std::to_string(with.world.mailboxes),
                                "--user",
                                outbound_world::delegate,
                                "--token-file",
                                token_file.string(),
                                "--from",
                                outbound_world::account(0) + "@contoso.test",
                                "--ca",
                                world.mail_server().certificates().ca_certificate.string()};
  if (no_delay)
    line.emplace_back("--no-delay");
  auto started = test::process::spawn(line, options);
  if (!started)
    throw std::runtime_error("nodemailer: " + started.error().detail);
  const auto status = (*started)->wait(300s);
  const auto output = (*started)->output();
  if (!status || *status != 0)
    throw std::runtime_error("nodemailer: " + output);
  const auto report = boost::json::parse(output.substr(output.rfind('{')));
  return {report.at("per_s").to_number<double>(), report.at("cpu_s_per_1000").to_number<double>()};
}

void measure(const settings& with) {
  outbound_world world{with.world};
  const std::size_t usual = with.world.tls ? 6'000 : 30'000;
  const auto mails = with.mails ? with.mails : with.quick ? usual / 10 : usual;
  (void)measure_gateway(world, 500); // opens the connections
  say("delivering " + std::to_string(mails) + " mails for " + std::to_string(with.world.mailboxes) + " mailboxes");
  const auto ours = measure_gateway(world, mails);
  std::vector<std::pair<std::string, double>> out{{"per_s", ours.per_s},
                                                  {"cpu_s_per_1000", ours.cpu_s_per_1000},
                                                  {"peak_rss_mib", world.gateway().peak_kib() / 1024}};
  if (with.world.tls) {
    say("the same with nodemailer");
    const auto theirs = measure_nodemailer(world, with, mails, false);
    const auto tuned = measure_nodemailer(world, with, mails, true);
    out.insert(out.end(), {{"nodemailer_per_s", theirs.per_s},
                           {"nodemailer_cpu_s_per_1000", theirs.cpu_s_per_1000},
                           {"nodemailer_no_delay_per_s", tuned.per_s}});
  }
  print_figures(out);
}

} // namespace

int main(int argc, char** argv) {
  settings with;
  CLI::App arguments{"From handing mails in to their arrival"};
  with.world.add_to(arguments);
  arguments.add_option("--mails", with.mails, "Mails")->check(CLI::Range(100, 1'000'000));
  arguments.add_flag("--tls", with.world.tls, "By STARTTLS and XOAUTH2 to Postfix, beside nodemailer");
  arguments.add_option("--node", with.node, "Node.js");
  arguments.add_option("--nodemailer", with.nodemailer, "peers/nodemailer/send.mjs beside its node_modules");
  arguments.add_flag("--quick", with.quick, "A tenth of the mails: to try it out");
  CLI11_PARSE(arguments, argc, argv);
  if (with.world.tls && arguments.count("--mailboxes") == 0)
    with.world.mailboxes = 10;
  return run_benchmark("deliver_bench", [&] { measure(with); });
}
