#include "app/demo_answers.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace postroom::app {
namespace {

constexpr std::size_t answered_of = 3;
/// Between two looks at Ctrl-C.
constexpr std::size_t answers_at_once = 3;
/// Mail that comes faster than the gateway takes answers goes unanswered.
constexpr std::size_t due_max = 200;
constexpr int tries_max = 5;
constexpr std::string_view words = "Thank you for your message. We have received it and will answer soon.\n\n"
                                   "-- \nThe answering machine of the demonstration\n";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether the same call may succeed later.
bool passes(const result<cli::api_answer>& outcome) {
  return !outcome || outcome->status == 429 || outcome->status >= 500;
}

} // namespace

answering_machine::answering_machine(std::unique_ptr<cli::api_port> gateway, std::vector<std::string> own)
    : gateway_(std::move(gateway)), own_(std::move(own)) {
}

bool answering_machine::is_ours(const std::string& address) const {
  return std::ranges::any_of(
      own_, [&](const std::string& each) { return std::ranges::equal(each, address, {}, lower, lower); });
}

bool answering_machine::deserves_an_answer(const demo_event& event) const {
  if (event.type != "message.received" || event.flag("/automatic") || event.flag("/seen_before") ||
      event.flag("/server_placeholder"))
    return false;
  // The answer goes to Reply-To where there is one.
  const auto from = event.text("/from/0/address");
  return !from.empty() && !is_ours(from) && !is_ours(event.text("/reply_to/0/address"));
}

void answering_machine::see(const demo_event& event) {
  if (!gateway_ || !deserves_an_answer(event) || received_++ % answered_of != 0 || due_.size() >= due_max)
    return;
  answer made;
  made.call.method = "POST";
  made.call.path = cli::path_of({"accounts", event.text("/account"), "outbox"});
  made.call.query = {{"tenant", event.tenant}};
  made.call.headers = {{"Idempotency-Key", "demo-answer-" + event.id}};
  made.call.repeatable = true;
  made.call.body = boost::json::serialize(boost::json::object{{"reply", {{"message", event.text("/message_id")}}},
                                                              {"text", words},
                                                              {"headers", {{"Auto-Submitted", "auto-replied"}}}});
  due_.push_back(std::move(made));
}

void answering_machine::work() {
  for (std::size_t i = 0; i < answers_at_once && !due_.empty(); ++i) {
    auto& next = due_.front();
    const auto outcome = gateway_->send(next.call);
    if (passes(outcome) && ++next.tries < tries_max)
      return;
    due_.pop_front();
  }
}

} // namespace postroom::app
