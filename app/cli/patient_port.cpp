#include "app/cli/http_port.hpp"

namespace postroom::app::cli {
namespace {

using namespace std::chrono_literals;

bool may_pass(errc code) {
  return code == errc::connection_lost || code == errc::timeout;
}

class patient_port final : public api_port {
public:
  patient_port(std::unique_ptr<api_port> inner, std::function<void(std::chrono::milliseconds)> pause)
      : inner_(std::move(inner)), pause_(std::move(pause)) {}

  result<api_answer> send(const api_call& call) override {
    auto wait = 250ms;
    // A gateway that was there and is gone is about to come back; one that was never there is not waited for.
    bool met = false;
    for (int left = tries_max;;) {
      auto answer = inner_->send(call);
      const bool again =
          !answer && (may_pass(answer.error().code) || (met && answer.error().code == errc::connect_failed));
      if (!again || !call.repeatable || --left == 0)
        return answer;
      met = true;
      pause_(wait);
      wait *= 2;
    }
  }

  // Whoever reads a stream knows where to go on, so trying again is its part.
  result<api_answer> read_lines(const api_call& call, const line_sink& sink) override {
    return inner_->read_lines(call, sink);
  }

private:
  std::unique_ptr<api_port> inner_;
  std::function<void(std::chrono::milliseconds)> pause_;
};

} // namespace

std::unique_ptr<api_port> make_patient_port(std::unique_ptr<api_port> inner,
                                            std::function<void(std::chrono::milliseconds)> pause) {
  return std::make_unique<patient_port>(std::move(inner), std::move(pause));
}

} // namespace postroom::app::cli
