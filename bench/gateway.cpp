#include "bench/gateway.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace postroom::bench {

namespace json = boost::json;

gateway::gateway(const std::filesystem::path& program, const std::filesystem::path& directory,
                 const std::string& config)
    : ready_file_(directory / "ready.json") {
  std::filesystem::create_directories(directory);
  const auto config_file = directory / "postroom.toml";
  test::write_file(config_file, config);
  test::spawn_options options;
  options.output_file = directory / "output";
  auto started = test::process::spawn(
      {program.string(), "serve", "-c", config_file.string(), "--ready-file", ready_file_.string()}, options);
  if (!started)
    throw std::runtime_error("cannot start " + program.string() + ": " + started.error().detail);
  process_ = std::move(*started);
}

void gateway::await_ready(std::chrono::seconds deadline) {
  const auto there = [this] {
    if (const auto status = process_->wait(std::chrono::milliseconds{0}))
      throw std::runtime_error("the gateway ended with status " + std::to_string(*status));
    return std::filesystem::exists(ready_file_);
  };
  try {
    await("bringing all mailboxes into step", there, deadline);
  } catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string{e.what()} + "; its last words: " + last_words());
  }
  const auto ready = json::parse(test::read_file(ready_file_));
  const std::string url{ready.at("url").as_string()};
  api_.port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
  api_.token = std::string{ready.at("token").as_string()};
}

std::string gateway::last_words() const {
  constexpr std::size_t enough_bytes = 2000;
  const auto said = process_->output();
  return said.substr(said.size() - std::min(said.size(), enough_bytes));
}

void gateway::stop() {
  if (const int status = process_->stop(std::chrono::seconds{30}); status != 0)
    throw std::runtime_error("the gateway ended with status " + std::to_string(status) + ": " + last_words());
}

} // namespace postroom::bench
