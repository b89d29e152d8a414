#include "tests/integration/support/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

/// Submission servers that misbehave, mails that are large, and queues that are long: memory stays bounded, nothing is
/// lost, nothing is sent twice.
namespace postroom::test {
namespace {

using namespace std::chrono_literals;

/// A line of /proc/<pid>/status in KiB: VmRSS, VmHWM.
std::size_t status_kib(pid_t pid, const std::string& name) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":"))
      return std::stoul(line.substr(name.size() + 1));
  return 0;
}

constexpr std::size_t mib = 1024 * 1024;

smtp_sink_options roomy() {
  smtp_sink_options options;
  options.login_required = true;
  options.keep_raw = false;
  options.extensions = {"PIPELINING", "SIZE 157286400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING"};
  return options;
}

std::string lines(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 80);
  while (text.size() < bytes)
    text += "A line of text that is neither short nor long, as mails are made of.\r\n";
  return text;
}

struct misbehaviour {
  smtp_step at;
  smtp_fault_kind kind;
};

TEST(hostile_submission, ends_in_a_class_of_failure_and_the_mail_arrives_once_later) {
  const misbehaviour table[] = {
      {smtp_step::greeting, smtp_fault_kind::garbage},      {smtp_step::greeting, smtp_fault_kind::endless_line},
      {smtp_step::hello, smtp_fault_kind::endless_reply},   {smtp_step::login, smtp_fault_kind::garbage},
      {smtp_step::mail, smtp_fault_kind::endless_reply},    {smtp_step::rcpt, smtp_fault_kind::garbage},
      {smtp_step::data, smtp_fault_kind::endless_line},     {smtp_step::verdict, smtp_fault_kind::garbage},
      {smtp_step::verdict, smtp_fault_kind::endless_reply},
  };
  smtp_sink sink{roomy()};
  auto options = office_sending_to(sink.port());
  options.limits_config = "sent_search_s = 1\n";
  options.mailboxes.clear();
  for (std::size_t i = 0; i < std::size(table); ++i)
    options.mailboxes.push_back("box" + std::to_string(i));
  office world{std::move(options)};
  world.start();
  ASSERT_TRUE(world.await_in_step());
  const auto before = status_kib(world.gateway().pid(), "VmRSS");
  std::size_t box = 0;
  for (const auto& row : table) {
    SCOPED_TRACE(static_cast<int>(row.at) * 100 + static_cast<int>(row.kind));
    sink.plan({.at = row.at, .kind = row.kind});
    const auto mail = submit(world, "box" + std::to_string(box++), letter("anna@example.test", "patience"));
    std::set<std::string> classes;
    ASSERT_TRUE(wait_until(
        [&] {
          const auto now = mail_now(world, mail);
          if (const auto klass = class_of(now); !klass.empty())
            classes.insert(klass);
          if (text_of(now, "state") == "deferred")
            (void)act(world, mail, "requeue");
          return text_of(now, "state") == "sent";
        },
        60s))
        << boost::json::serialize(mail_now(world, mail));
    if (row.at != smtp_step::verdict) {
      EXPECT_THAT(classes, testing::Not(testing::IsEmpty()));
    }
    EXPECT_EQ(sink.count(id_in_header(mail)), 1u);
    sink.forget_plan();
  }
  EXPECT_LT(status_kib(world.gateway().pid(), "VmHWM"), before + 16 * 1024);
}

/// What the process needed more at its peak than before `work`.
template <class Work>
std::size_t growth_kib(office& world, Work work) {
  const auto pid = world.gateway().pid();
  std::ofstream{"/proc/" + std::to_string(pid) + "/clear_refs"} << 5; // the peak begins anew
  const auto before = status_kib(pid, "VmRSS");
  work();
  const auto peak = status_kib(pid, "VmHWM");
  return peak - std::min(peak, before);
}

/// Small mails first: what every mail needs once is not what a large one costs.
void warm_up(office& world, smtp_sink& sink) {
  for (int i = 0; i < 3; ++i)
    (void)submit(world, "support", letter("anna@example.test", "small"));
  EXPECT_TRUE(sink.await(3));
}

TEST(large_mail, handed_in_whole_costs_at_most_20_mib_of_memory) {
  smtp_sink sink{roomy()};
  office world{office_sending_to(sink.port())};
  world.start();
  warm_up(world, sink);
  const auto raw = "From: support@contoso.test\r\nTo: anna@example.test\r\nSubject: large\r\n\r\n" + lines(35 * mib);
  const auto grown = growth_kib(world, [&] {
    const auto answer = world.send({"POST", "/v1/accounts/support/outbox", raw, {{"Content-Type", "message/rfc822"}}});
    ASSERT_EQ(answer.status, 202u) << answer.body;
    EXPECT_EQ(text_of(await_state(world, answer.json(), "sent", 60s), "state"), "sent");
  });
  EXPECT_GE(sink.mails().back().octets, raw.size());
  EXPECT_LE(grown, 20u * 1024);
  RecordProperty("grown_kib", static_cast<int>(grown));
}

TEST(large_mail, with_an_uploaded_attachment_costs_at_most_20_mib_of_memory) {
  smtp_sink sink{roomy()};
  office world{office_sending_to(sink.port())};
  world.start();
  warm_up(world, sink);
  const auto file = lines(35 * mib);
  const auto grown = growth_kib(world, [&] {
    const auto upload = world.send({"POST", "/v1/uploads?filename=large.txt", file, {{"Content-Type", "text/plain"}}});
    ASSERT_EQ(upload.status, 201u) << upload.body;
    auto mail = letter("anna@example.test", "large");
    mail["attachments"] = {boost::json::object{{"upload", upload.json().at("id")}}};
    const auto made = submit(world, "support", mail);
    EXPECT_EQ(text_of(await_state(world, made, "sent", 60s), "state"), "sent");
  });
  EXPECT_GE(sink.mails().back().octets, file.size() * 4 / 3);
  EXPECT_LE(grown, 20u * 1024);
  RecordProperty("grown_kib", static_cast<int>(grown));
}

TEST(large_mail, that_the_server_does_not_take_is_refused_before_it_is_sent) {
  auto small = roomy();
  small.extensions = {"PIPELINING", "SIZE 100000", "8BITMIME"};
  smtp_sink sink{std::move(small)};
  office world{office_sending_to(sink.port())};
  world.start();
  const auto raw = "From: support@contoso.test\r\nTo: anna@example.test\r\n\r\n" + lines(200'000);
  const auto answer = world.send({"POST", "/v1/accounts/support/outbox", raw, {{"Content-Type", "message/rfc822"}}});
  ASSERT_EQ(answer.status, 202u) << answer.body;
  const auto now = await_state(world, answer.json(), "failed");
  EXPECT_EQ(class_of(now), "too_large");
}

TEST(long_queue, waits_in_the_store_and_leaves_in_order_when_the_server_is_back) {
  smtp_sink sink{roomy()};
  office world{office_sending_to(sink.port())};
  sink.kill();
  world.start();
  constexpr std::size_t mails = 1000;
  const auto first = submit(world, "support", letter("anna@example.test", "0"));
  const auto grown = growth_kib(world, [&] {
    for (std::size_t i = 1; i < mails; ++i)
      (void)submit(world, "support", letter("anna@example.test", std::to_string(i)));
  });
  EXPECT_LT(grown, 24u * 1024);
  world.kill();
  sink.restart();
  world.start();
  // Not to wait for the next attempt.
  EXPECT_TRUE(wait_until([&] { return act(world, first, "requeue").status == 200; }, 10s));
  ASSERT_TRUE(sink.await(mails, 60s)) << sink.count();
  const auto arrived = sink.mails();
  ASSERT_EQ(arrived.size(), mails);
  for (std::size_t i = 0; i < mails; ++i)
    ASSERT_EQ(arrived[i].field("Subject"), std::to_string(i));
}

} // namespace
} // namespace postroom::test
