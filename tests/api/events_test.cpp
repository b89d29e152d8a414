#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string log_of_acme = "/v1/tenants/acme/events";

class events_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    reader.emplace(as(scope::read));
  }
  /// Signs of life come often, so that a stream notices soon that the server stops.
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.heartbeat = 100ms;
    return wish;
  }
  static std::vector<std::int64_t> seqs_of(const answer& page) {
    std::vector<std::int64_t> out;
    const auto document = page.json();
    for (const auto& each : document.at("items").as_array())
      out.push_back(each.at("seq").as_int64());
    return out;
  }
  static call stream(const std::string& path, std::map<std::string, std::string> headers = {}) {
    headers.emplace("Accept", "text/event-stream");
    return {"GET", path, {}, std::move(headers)};
  }

  std::optional<client> reader;
};

TEST_F(events_api, reads_the_log_page_by_page_from_the_oldest) {
  announce("acme", 5);
  const auto first = reader->get(log_of_acme + "?limit=2");
  EXPECT_THAT(seqs_of(first), ElementsAre(1, 2));
  EXPECT_EQ(first.json().at("next"), 2);
  EXPECT_THAT(seqs_of(reader->get(log_of_acme + "?limit=2&after=2")), ElementsAre(3, 4));
  const auto last = reader->get(log_of_acme + "?after=4");
  EXPECT_THAT(seqs_of(last), ElementsAre(5));
  const auto end = reader->get(log_of_acme + "?after=5");
  EXPECT_THAT(seqs_of(end), ElementsAre());
  EXPECT_EQ(end.json().at("next"), 5) << "the same position may be asked for again";
}

TEST_F(events_api, shows_events_as_cloud_events) {
  announce("acme", 1);
  const auto document = reader->get(log_of_acme).json();
  const auto& event = document.at("items").at(0).as_object();
  EXPECT_EQ(event.at("specversion"), "1.0");
  EXPECT_EQ(event.at("type"), "message.received");
  EXPECT_EQ(event.at("source"), "/tenants/acme/accounts/support");
  EXPECT_EQ(event.at("subject"), "msg_1");
  EXPECT_EQ(event.at("sequence"), "00000000000000000001");
  EXPECT_EQ(event.at("datacontenttype"), "application/json");
  EXPECT_EQ(event.at("data").at("tenant_of"), "acme");
  EXPECT_EQ(event.at("time").as_string(), to_rfc3339(time.now()));
}

TEST_F(events_api, ends_a_page_early_when_events_are_large) {
  announce("acme", 10, 300 * limits::kib);
  std::vector<std::int64_t> all;
  std::size_t pages = 0;
  for (std::int64_t after = 0; after < 10; ++pages) {
    const auto page = reader->get(log_of_acme + "?after=" + std::to_string(after));
    ASSERT_FALSE(seqs_of(page).empty());
    EXPECT_LT(page.body.size(), 2 * limits::http_event_page_bytes_max);
    for (const auto seq : seqs_of(page))
      all.push_back(seq);
    after = page.json().at("next").as_int64();
  }
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_GT(pages, 1U);
}

TEST_F(events_api, answers_a_waiting_reader_when_an_event_comes) {
  announce("acme", 1);
  reader->write(reader->bytes_of({"GET", log_of_acme + "?after=1&wait=60", {}, {}}));
  announce("other", 3);
  announce("acme", 1);
  EXPECT_THAT(seqs_of(reader->read_answer()), ElementsAre(2)) << "within the client's ten seconds, not the sixty";
}

TEST_F(events_api, answers_a_waiting_reader_with_nothing_at_the_end_of_its_wait) {
  const auto began = std::chrono::steady_clock::now();
  const auto page = reader->get(log_of_acme + "?after=7&wait=1");
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(seqs_of(page), ElementsAre());
  EXPECT_EQ(page.json().at("next"), 7);
}

TEST_F(events_api, refuses_parameters_it_does_not_understand) {
  for (const auto* wrong : {"after=-1", "after=x", "after=", "after=9223372036854775808", "limit=0", "limit=1001",
                            "wait=61", "wait=-1", "wait=1.5", "after=1&after=2", "after=%2", "after=%zz"})
    EXPECT_EQ(reader->get(log_of_acme + "?" + wrong).status, 400U) << wrong;
  const auto typo = reader->get(log_of_acme + "?aftr=1");
  EXPECT_EQ(typo.status, 400U);
  EXPECT_THAT(std::string{typo.json().at("detail").as_string()}, HasSubstr("did you mean 'after'?"));
  EXPECT_EQ(reader->send(stream(log_of_acme, {{"Last-Event-ID", "evt_1"}})).status, 400U);
  EXPECT_EQ(reader->send(stream(log_of_acme + "?after=x")).status, 400U);
}

TEST_F(events_api, streams_what_is_there_and_then_what_comes) {
  announce("acme", 2);
  reader->write(reader->bytes_of(stream(log_of_acme)));
  const auto body = reader->read_until("id: 2\n");
  EXPECT_EQ(reader->head().header("content-type"), "text/event-stream");
  EXPECT_EQ(reader->head().header("cache-control"), "no-store");
  EXPECT_THAT(body, HasSubstr("retry: 2000\n\n"));
  EXPECT_THAT(body, HasSubstr("id: 1\ndata: {"));
  announce("acme", 1);
  reader->read_until("id: 3\n");
}

TEST_F(events_api, keeps_each_streamed_event_on_one_line) {
  announce("acme", 1);
  reader->write(reader->bytes_of(stream(log_of_acme)));
  const auto body = reader->read_until("}}\n\n");
  const auto data = body.substr(body.find("data: "));
  EXPECT_EQ(data.find('\n'), data.find("\n\n")) << "a line end in the stored data would cut the event";
}

TEST_F(events_api, resumes_a_stream_after_the_last_event_id_whatever_the_parameter_says) {
  announce("acme", 5);
  reader->write(reader->bytes_of(stream(log_of_acme + "?after=1", {{"Last-Event-ID", "3"}})));
  const auto body = reader->read_until("id: 5\n");
  EXPECT_EQ(body.find("id: 3\n"), std::string::npos);
  EXPECT_NE(body.find("id: 4\n"), std::string::npos);
}

TEST_F(events_api, shows_a_sign_of_life_on_a_quiet_stream) {
  reader->write(reader->bytes_of(stream(log_of_acme)));
  reader->read_until("\n:\n\n");
}

TEST_F(events_api, streams_nothing_of_another_tenant) {
  make_tenant("acme");
  auto bound = as(scope::read, "acme");
  announce("other", 3);
  announce("acme", 1);
  bound.write(bound.bytes_of(stream("/v1/events")));
  const auto body = bound.read_until("id: 1\n");
  EXPECT_EQ(body.find("other"), std::string::npos);
  EXPECT_EQ(as(scope::read, "acme").send(stream("/v1/tenants/other/events")).status, 403U);
}

TEST_F(events_api, tells_a_head_request_that_there_is_a_stream_without_beginning_one) {
  announce("acme", 1);
  auto head = stream(log_of_acme);
  head.method = "HEAD";
  const auto got = reader->send(head);
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.header("content-type"), "text/event-stream");
  EXPECT_EQ(reader->get("/healthz").status, 200U) << "the connection goes on";
}

/// Somebody whose token may end, at the beginning of a stream.
class ending_token_api : public events_api {
protected:
  void SetUp() override {
    events_api::SetUp();
    admin.emplace(as(scope::admin));
    expires = time.now() + 1h;
    const auto made = admin->post("/v1/tokens", {{"scopes", {"read"}}, {"expires", to_rfc3339(expires)}});
    ASSERT_EQ(made.status, 201U) << made.body;
    path = "/v1/tokens/" + std::string{made.json().at("id").as_string()};
    by.emplace(with_token(std::string{made.json().at("token").as_string()}));
    announce("acme", 1);
  }
  void begin_stream() {
    by->write(by->bytes_of(stream(log_of_acme)));
    by->read_until("id: 1\n");
  }
  void remove_token() { ASSERT_EQ(admin->send({"DELETE", path, {}, {}}).status, 204U); }

  wall_time expires;
  std::string path;
  std::optional<client> admin;
  std::optional<client> by;
};

TEST_F(ending_token_api, ends_its_stream_before_the_next_event_when_it_is_removed) {
  begin_stream();
  remove_token();
  announce("acme", 1);
  EXPECT_EQ(by->read_to_end().find("id: 2\n"), std::string::npos);
  EXPECT_EQ(by->get(log_of_acme).status, 401U);
}

TEST_F(ending_token_api, ends_a_quiet_stream_with_the_next_sign_of_life) {
  begin_stream();
  remove_token();
  by->read_to_end();
}

TEST_F(ending_token_api, ends_its_stream_when_it_expires) {
  begin_stream();
  time.advance(expires - time.now() - 1ms);
  announce("acme", 1);
  by->read_until("id: 2\n");
  time.advance(1ms);
  announce("acme", 1);
  EXPECT_EQ(by->read_to_end().find("id: 3\n"), std::string::npos);
}

TEST_F(ending_token_api, ends_its_stream_with_the_tenant_it_was_made_for) {
  make_tenant("acme");
  const auto made = admin->post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", "acme"}});
  by.emplace(with_token(std::string{made.json().at("token").as_string()}));
  begin_stream();
  ASSERT_EQ(admin->remove("/v1/tenants/acme", "*").status, 204U);
  announce("acme", 1);
  EXPECT_EQ(by->read_to_end().find("id: 2\n"), std::string::npos);
}

TEST_F(ending_token_api, gets_no_event_for_which_it_has_waited) {
  by->write(by->bytes_of({"GET", log_of_acme + "?after=1&wait=60", {}, {}}));
  EXPECT_EQ(as(scope::read).get(log_of_acme).status, 200U);
  std::this_thread::sleep_for(100ms);
  remove_token();
  announce("acme", 1);
  EXPECT_EQ(by->read_answer().status, 401U);
}

class impatient_events_api : public events_api {
protected:
  [[nodiscard]] server_options options() const override {
    auto wish = events_api::options();
    wish.request_deadline = 300ms;
    return wish;
  }
};

TEST_F(impatient_events_api, breaks_off_with_a_reader_that_does_not_read_and_serves_the_others) {
  constexpr std::size_t events = 400;
  constexpr std::size_t each_bytes = 64 * limits::kib;
  for (std::size_t i = 0; i < events; i += 20)
    announce("acme", 20, each_bytes);
  auto slow = as(scope::read);
  slow.set_receive_buffer(4096);
  slow.write(slow.bytes_of(stream(log_of_acme)));
  EXPECT_EQ(reader->get(log_of_acme + "?limit=1").status, 200U);
  reader.reset();
  // Both requests count as answered when they have ended; the stream does only because it was broken off.
  EXPECT_TRUE(eventually(
      [&] { return metrics.expose().find("postroom_http_requests_total{status=\"200\"} 2\n") != std::string::npos; }));
  EXPECT_LT(slow.drain(), events * each_bytes);
}

} // namespace
} // namespace postroom::api::test
