#pragma once

#include "app/cli/program.hpp"

#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace postroom::app::cli::test {

/// A program whose gateway is played by the test: what it was asked, what it is to answer. No network.
struct fake_gateway {
  std::vector<api_call> asked;
  std::deque<result<api_answer>> answers; ///< one for each call; then an empty object
  std::deque<std::vector<std::string>> streams;
  std::vector<endpoint> reached;
  std::vector<std::chrono::milliseconds> pauses;
  std::map<std::string, std::string> environment;
  std::istringstream in;
  std::ostringstream out, err;
  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::November / 24 / 2026}}};

  int run(std::vector<std::string> arguments) {
    out.str({});
    err.str({});
    program all{world};
    return all.run(std::move(arguments));
  }
  void answer(unsigned status, std::string body, std::map<std::string, std::string> headers = {}) {
    answers.emplace_back(api_answer{status, std::move(headers), std::move(body)});
  }
  /// Of the only or the last call.
  [[nodiscard]] const api_call& call() const { return asked.back(); }
  [[nodiscard]] std::string header(const std::string& name) const {
    for (const auto& [each, value] : call().headers)
      if (each == name)
        return value;
    return {};
  }

  surroundings world{in,
                     out,
                     err,
                     time,
                     [this](const char* name) { return environment[name]; },
                     [this](endpoint to) {
                       reached.push_back(std::move(to));
                       return std::make_unique<port>(*this);
                     },
                     [this](std::chrono::milliseconds pause) { pauses.push_back(pause); }};

private:
  class port final : public api_port {
  public:
    explicit port(fake_gateway& of) : of_(of) {}
    result<api_answer> send(const api_call& call) override {
      of_.asked.push_back(call);
      if (of_.answers.empty())
        return api_answer{200, {}, "{}"};
      auto next = std::move(of_.answers.front());
      of_.answers.pop_front();
      return next;
    }
    result<api_answer> read_lines(const api_call& call, const line_sink& sink) override {
      of_.asked.push_back(call);
      if (of_.streams.empty())
        return fail(errc::connect_failed, "nobody there");
      const auto lines = std::move(of_.streams.front());
      of_.streams.pop_front();
      for (const auto& line : lines)
        if (!sink(line))
          return api_answer{200, {}, {}};
      return fail(errc::connection_lost, "gone");
    }

  private:
    fake_gateway& of_;
  };
};

} // namespace postroom::app::cli::test
