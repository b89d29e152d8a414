#include "tests/integration/support/outgoing.hpp"

#include <stdexcept>

namespace postroom::test {
namespace {

/// Exchange's limits would make every test wait for its turn.
constexpr const char* unlimited =
    "messages_per_minute = 1000000\nrecipients_per_day = 1000000\nsmtp_connections = 50\n";

std::string path_of(const boost::json::object& mail) {
  return "/v1/accounts/" + text_of(mail, "account") + "/outbox/" + text_of(mail, "id");
}

} // namespace

office_options sending_office(postfix_options submission) {
  office_options options;
  options.provider_config = unlimited;
  options.server.sent_folder = "Sent Items";
  options.submission = std::move(submission);
  return options;
}

office_options office_sending_to(std::uint16_t port) {
  office_options options;
  options.server.sent_folder = "Sent Items";
  options.provider_config =
      std::string{unlimited} +
      "smtp_host = \"127.0.0.1\"\nsmtp_security = \"plain\"\nsmtp_port = " + std::to_string(port) + "\n";
  return options;
}

boost::json::object letter(const std::string& to, const std::string& subject) {
  return {{"to", to}, {"subject", subject}, {"text", "Hello,\nthis is " + subject + ".\n.\n"}};
}

api::test::answer try_submit(office& world, const std::string& mailbox, const boost::json::object& mail,
                             const std::string& idempotency_key) {
  api::test::call what{"POST",
                       "/v1/accounts/" + mailbox + "/outbox",
                       boost::json::serialize(mail),
                       {{"Content-Type", "application/json"}}};
  if (!idempotency_key.empty())
    what.headers["Idempotency-Key"] = idempotency_key;
  return world.send(std::move(what));
}

boost::json::object submit(office& world, const std::string& mailbox, const boost::json::object& mail) {
  const auto answer = try_submit(world, mailbox, mail);
  if (answer.status != 202)
    throw std::runtime_error("POST …/outbox answered " + std::to_string(answer.status) + ": " + answer.body);
  return answer.json();
}

boost::json::object mail_now(office& world, const boost::json::object& mail) {
  return world.json(path_of(mail));
}

boost::json::object await_state(office& world, const boost::json::object& mail, const std::string& state,
                                std::chrono::seconds deadline) {
  boost::json::object now;
  (void)wait_until(
      [&] {
        now = mail_now(world, mail);
        return text_of(now, "state") == state;
      },
      deadline);
  return now;
}

api::test::answer act(office& world, const boost::json::object& mail, const std::string& action) {
  return world.send({"POST", path_of(mail) + "/" + action, {}, {}});
}

std::string text_of(const boost::json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string{value->as_string()} : std::string{};
}

std::string class_of(const boost::json::object& mail) {
  const auto& error = mail.at("last_error");
  return error.is_null() ? std::string{} : text_of(error.as_object(), "class");
}

std::string id_in_header(const boost::json::object& mail) {
  return "<" + text_of(mail, "message_id") + ">";
}

} // namespace postroom::test
