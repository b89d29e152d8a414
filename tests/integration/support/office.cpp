#include "tests/integration/support/office.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <stdexcept>

namespace postroom::test {
namespace {

std::string setting(std::string_view name, const std::string& value) {
  return std::string{name} + " = \"" + value + "\"\n";
}

std::string built(const std::string& program) {
  return std::string{POSTROOM_BINARY_DIR} + "/" + program;
}

} // namespace

std::string received_event::text(std::string_view name) const {
  const auto* value = data.if_contains(name);
  return value && value->is_string() ? std::string{value->as_string()} : std::string{};
}

office::office(office_options options) : options_(std::move(options)), port_(free_port()) {
  auto server = options_.server;
  for (const auto& each : options_.mailboxes) {
    server.mailboxes.push_back(address(each));
    if (std::ranges::find(options_.forbidden, each) == options_.forbidden.end())
      server.rights.emplace_back(delegate, address(each));
  }
  auto started = dovecot::start(std::move(server));
  if (!started)
    throw std::runtime_error("Dovecot: " + started.error().detail);
  server_ = std::move(*started);
  if (options_.submission) {
    auto submission = *options_.submission;
    for (const auto& each : options_.mailboxes)
      submission.rights.emplace_back(delegate, address(each));
    auto sending = postfix::start(*server_, std::move(submission));
    if (!sending)
      throw std::runtime_error("Postfix: " + sending.error().detail);
    submission_ = std::move(*sending);
  }
  identity_ = std::make_unique<token_endpoint>(server_->issuer(),
                                               token_endpoint::options{.access_token_life = options_.token_life});
  refresh_token_ = identity_->sign_in(delegate);
  write_file(directory() / "postroom.toml", configuration());
  const auto made = run(
      {built("app/postroom"), "token", "create", "-c", (directory() / "postroom.toml").string(), "--scope", "admin"});
  if (!made || made->status != 0)
    throw std::runtime_error(std::string{"postroom token create failed"} +
                             (made ? ": " + made->output : std::string{}));
  api_token_ = made->output.substr(0, made->output.find('\n'));
}

office::~office() {
  if (testing::Test::HasFailure() && !outputs_.empty()) {
    const auto said = output();
    constexpr std::size_t enough_bytes = 6000;
    std::cerr << "-- the gateway's last words --\n" << said.substr(said.size() - std::min(said.size(), enough_bytes));
  }
}

std::string office::configuration() {
  std::string text =
      "data_directory = \"data\"\n[api]\n" + setting("listen", "127.0.0.1:" + std::to_string(port_)) +
      "[log]\nformat = \"text\"\n[limits]\nconnections_per_second_per_host = 100\n" + options_.limits_config +
      "[[provider]]\nid = \"azure\"\nname = \"Contoso\"\nservice = \"microsoft_azure\"\n" +
      "directory_id = \"contoso\"\n" + setting("application_id", server_->issuer().client_id()) +
      setting("client_secret", token_endpoint::options{}.client_secret) +
      setting("token_endpoint", identity_->token_url()) + setting("imap_host", server_->host()) +
      "imap_port = " + std::to_string(server_->imaps_port()) + "\n" +
      setting("ca_file", server_->certificates().ca_certificate.string()) + options_.provider_config +
      (submission_
           ? setting("smtp_host", submission_->host()) + "smtp_port = " + std::to_string(submission_->port()) + "\n"
           : std::string{}) +
      "[[grant]]\nid = \"andrea\"\nprovider = \"azure\"\n" + setting("delegate", delegate) +
      setting("refresh_token", refresh_token_);
  for (const auto& each : options_.mailboxes) {
    text += "[[account]]\nprovider = \"azure\"\ngrant = \"andrea\"\nlist = \"customers\"\n" + setting("id", each) +
            setting("name", each) + setting("email", address(each)) + setting("username", address(each)) +
            setting("catch_up", options_.catch_up);
    if (!options_.catch_up_since.empty())
      text += setting("catch_up_since", options_.catch_up_since);
    text += options_.account_config;
  }
  return text + options_.more_config;
}

std::string office::mail(const std::string& subject) {
  return "From: Anna Müller <anna@example.test>\r\nTo: support@contoso.test\r\nSubject: " + subject +
         "\r\nDate: Tue, 24 Nov 2026 09:15:30 +0000\r\nMessage-ID: <" + subject +
         "@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello, this is " + subject + ".\r\n";
}

void office::deliver(const std::string& mailbox, const std::string& raw) {
  if (const auto done = server_->deliver(address(mailbox), raw); !done)
    throw std::runtime_error("LMTP: " + done.error().detail);
}

void office::preload(const std::string& mailbox, std::size_t count) {
  server_->preload(address(mailbox), count, [](std::size_t i) { return mail(std::to_string(i + 1)); });
}

void office::start() {
  spawn_options how;
  how.output_file = directory() / ("output." + std::to_string(outputs_.size()));
  outputs_.push_back(how.output_file);
  auto started =
      process::spawn({built(options_.program), "serve", "-c", (directory() / "postroom.toml").string()}, how);
  if (!started)
    throw std::runtime_error(started.error().detail);
  gateway_ = std::move(*started);
  if (!wait_until([&] { return accepts_connections(port_) || !gateway_->running(); }, 30s))
    throw std::runtime_error("the gateway does not come up: " + output());
}

void office::kill() {
  gateway_->kill();
  gateway_.reset();
}

int office::stop() {
  gateway_->signal(SIGTERM);
  const auto status = gateway_->wait(30s);
  gateway_.reset();
  return status.value_or(-1);
}

std::string office::output() const {
  std::string all;
  for (const auto& each : outputs_)
    all += read_file(each);
  return all;
}

api::test::answer office::get(const std::string& path) {
  api::test::client client{port_, transcript_, api_token_};
  transcript_.clear();
  return client.get(path);
}

api::test::answer office::send(api::test::call what) {
  api::test::client client{port_, transcript_, api_token_};
  transcript_.clear();
  return client.send(what);
}

boost::json::object office::json(const std::string& path) {
  const auto got = get(path);
  if (got.status != 200)
    throw std::runtime_error("GET " + path + " answered " + std::to_string(got.status) + ": " + got.body);
  return got.json();
}

boost::json::object office::status(const std::string& mailbox) {
  return json("/v1/accounts/" + mailbox + "/status");
}

std::string office::last_error(const std::string& mailbox) {
  const auto now = status(mailbox);
  const auto* error = now.at("last_error").if_object();
  return error ? std::string{error->at("code").as_string()} : std::string{};
}

bool office::in_step(const std::string& mailbox) {
  return status(mailbox).at("in_step").as_bool();
}

bool office::await_in_step(std::chrono::seconds deadline) {
  std::string behind;
  const auto all_there = [&] {
    for (const auto& each : options_.mailboxes)
      if (std::ranges::find(options_.forbidden, each) == options_.forbidden.end() && !in_step(each)) {
        behind = each;
        return false;
      }
    return true;
  };
  if (wait_until(all_there, deadline))
    return true;
  std::cerr << behind << " is not in step: " << boost::json::serialize(status(behind)) << "\n";
  return false;
}

std::vector<received_event> office::events() {
  std::vector<received_event> all;
  for (std::uint64_t after = 0;;) {
    const auto page = json("/v1/events?limit=1000&after=" + std::to_string(after));
    const auto& items = page.at("items").as_array();
    for (const auto& item : items) {
      received_event one;
      one.seq = item.at("seq").to_number<std::uint64_t>();
      one.id = item.at("id").as_string();
      one.type = item.at("type").as_string();
      one.data = item.at("data").as_object();
      all.push_back(std::move(one));
    }
    if (items.empty())
      return all;
    after = page.at("next").to_number<std::uint64_t>();
  }
}

std::vector<received_event> office::await_events(std::size_t count, std::chrono::seconds deadline) {
  std::vector<received_event> log;
  static_cast<void>(wait_until(
      [&] {
        log = events();
        return log.size() >= count;
      },
      deadline));
  return log;
}

void expect_each_once(const std::vector<received_event>& log, const std::string& mailbox, std::size_t count) {
  std::map<std::string, std::size_t> seen;
  std::int64_t last_uid = 0;
  std::uint64_t seq = 0;
  for (const auto& each : log) {
    EXPECT_EQ(each.seq, ++seq) << "a gap";
    if (each.account() != mailbox)
      continue;
    EXPECT_EQ(each.type, "message.received");
    EXPECT_GT(each.uid(), last_uid) << "out of order";
    last_uid = each.uid();
    ++seen[each.subject()];
  }
  EXPECT_EQ(seen.size(), count);
  for (std::size_t number = 1; number <= count; ++number)
    EXPECT_EQ(seen[std::to_string(number)], 1u) << "mail " << number;
}

} // namespace postroom::test
