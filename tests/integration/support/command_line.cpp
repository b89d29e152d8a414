#include "tests/integration/support/command_line.hpp"

#include "tests/support/test_ca.hpp"

#include <sstream>
#include <stdexcept>

namespace postroom::test {
namespace {

const std::string binary = POSTROOM_BINARY_DIR "/app/postroom";

} // namespace

std::vector<boost::json::object> command_outcome::lines() const {
  std::vector<boost::json::object> all;
  std::istringstream text{out};
  for (std::string line; std::getline(text, line);)
    all.push_back(boost::json::parse(line).as_object());
  return all;
}

std::vector<std::string> command_line::complete(std::vector<std::string> arguments,
                                                const std::string& redirection) const {
  std::vector<std::string> all{
      "env", "POSTROOM_URL=" + url, "POSTROOM_TOKEN=" + token, "sh", "-c", "exec \"$0\" \"$@\" " + redirection, binary};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

command_outcome command_line::run(std::vector<std::string> arguments, std::string_view input) const {
  const temp_directory directory;
  const auto err = directory.path() / "err";
  const auto ended = test::run(complete(std::move(arguments), "2>'" + err.string() + "'"), input, 60s);
  if (!ended)
    throw std::runtime_error("postroom does not end: " + ended.error().detail);
  return {ended->status, ended->output, read_file(err)};
}

std::unique_ptr<process> command_line::spawn(std::vector<std::string> arguments,
                                             const std::filesystem::path& into) const {
  spawn_options how;
  how.output_file = into / "out";
  auto started = process::spawn(complete(std::move(arguments), "2>'" + (into / "err").string() + "'"), how);
  if (!started)
    throw std::runtime_error(started.error().detail);
  return std::move(*started);
}

bare_gateway::bare_gateway(bool tls) : port_(free_port()) {
  std::string config = "data_directory = \"data\"\n[api]\nlisten = \"127.0.0.1:" + std::to_string(port_) + "\"\n";
  if (tls) {
    const auto made = make_test_certificates(directory() / "tls");
    if (!made)
      throw std::runtime_error(made.error().detail);
    ca_file_ = made->ca_certificate.string();
    config +=
        "tls_certificate = \"" + made->certificate.string() + "\"\ntls_key = \"" + made->private_key.string() + "\"\n";
  }
  const auto file = (directory() / "postroom.toml").string();
  write_file(file, config);
  const auto made = shell_.run({"token", "create", "-c", file, "--scope", "admin"});
  if (made.status != 0)
    throw std::runtime_error("postroom token create failed: " + made.err);
  shell_.token = made.out.substr(0, made.out.find('\n'));
  shell_.url = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
  start();
}

void bare_gateway::start() {
  spawn_options how;
  how.output_file = directory() / "output";
  auto started = process::spawn({binary, "serve", "-c", (directory() / "postroom.toml").string()}, how);
  if (!started)
    throw std::runtime_error(started.error().detail);
  gateway_ = std::move(*started);
  if (!wait_until([&] { return accepts_connections(port_) || !gateway_->running(); }, 30s) || !gateway_->running())
    throw std::runtime_error("the gateway does not come up: " + gateway_->output());
}

void bare_gateway::kill() {
  gateway_->kill();
  gateway_.reset();
}

} // namespace postroom::test
