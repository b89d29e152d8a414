#include "base/limits.hpp"
#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class limits_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    admin.emplace(as(scope::admin));
  }
  std::optional<client> admin;
};

TEST_F(limits_api, bound_a_body_that_names_its_length) {
  const auto length = std::to_string(limits::http_json_body_bytes_max + 1);
  const call announced{"POST", "/v1/tenants", {}, {{"Content-Type", "application/json"}, {"Content-Length", length}}};
  admin->write(admin->bytes_of(announced));
  const auto refused = admin->read_answer();
  EXPECT_EQ(refused.status, 413U) << "before the body was sent";
  EXPECT_EQ(code_of(refused), "too_large");
  EXPECT_EQ(refused.header("connection"), "close");
  auto stranger = nobody();
  stranger.write(stranger.bytes_of(announced));
  EXPECT_EQ(stranger.read_answer().status, 401U) << "limits are told to those who may ask";
}

TEST_F(limits_api, bound_a_body_in_chunks) {
  call endless{"POST", "/v1/tenants", {}, {{"Transfer-Encoding", "chunked"}, {"Content-Type", "application/json"}}};
  auto bytes = admin->bytes_of(endless);
  for (std::size_t sent = 0; sent <= limits::http_json_body_bytes_max; sent += 0x10000)
    bytes.append("10000\r\n").append(0x10000, ' ').append("\r\n");
  admin->write(bytes);
  const auto refused = admin->read_answer();
  EXPECT_EQ(refused.status, 413U);
  EXPECT_EQ(code_of(refused), "too_large");
}

TEST_F(limits_api, take_a_body_of_just_the_largest_size) {
  const std::string object = R"({"id":"acme","name":"Acme"})";
  const auto made = admin->send(
      {"POST", "/v1/tenants", object + std::string(limits::http_json_body_bytes_max - object.size(), ' '), {}});
  EXPECT_EQ(made.status, 201U) << made.body;
}

TEST_F(limits_api, bound_the_header) {
  for (const auto& flood : {"GET / HTTP/1.1\r\nX: " + std::string(limits::http_header_bytes_max, 'x'),
                            "GET /" + std::string(limits::http_header_bytes_max, 'x')}) {
    auto by = nobody();
    by.write(flood);
    const auto refused = by.read_answer();
    EXPECT_EQ(refused.status, 431U);
    EXPECT_EQ(code_of(refused), "too_large");
  }
  auto by = nobody();
  std::string many = "GET / HTTP/1.1\r\n";
  while (many.size() < 2 * limits::http_header_bytes_max)
    many += "X: y\r\n";
  by.write(many);
  EXPECT_EQ(by.read_answer().status, 431U);
}

TEST_F(limits_api, answer_what_is_not_http_and_close) {
  for (const auto* bytes : {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
                            "GET http://evil.example/ HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    auto by = nobody();
    by.write(bytes);
    const auto refused = by.read_answer();
    EXPECT_EQ(refused.status, 400U) << bytes;
    EXPECT_EQ(refused.header("connection"), "close");
  }
  auto absolute = nobody();
  EXPECT_EQ(absolute.send({"GET", "http://evil.example/healthz", {}, {}}).status, 400U);
  EXPECT_EQ(absolute.send({"GET", "/healthz%", {}, {}}).status, 400U);
}

TEST_F(limits_api, serve_pipelined_requests_in_order) {
  auto by = nobody();
  std::string all;
  for (int i = 0; i < 20; ++i)
    all += by.bytes_of({"GET", i % 2 == 0 ? "/healthz" : "/v1/nothing", {}, {{"X-Request-Id", std::to_string(i)}}});
  by.write(all);
  for (int i = 0; i < 20; ++i) {
    const auto got = by.read_answer();
    EXPECT_EQ(got.status, i % 2 == 0 ? 200U : 404U);
    EXPECT_EQ(got.header("x-request-id"), std::to_string(i));
  }
}

TEST_F(limits_api, do_not_take_an_unread_body_for_the_next_request) {
  auto by = nobody();
  by.write(by.bytes_of({"POST", "/v1/tenants", "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n", {}}));
  const auto refused = by.read_answer();
  EXPECT_EQ(refused.status, 401U);
  EXPECT_EQ(refused.header("connection"), "close");
}

TEST_F(limits_api, take_no_body_whose_end_cannot_be_told) {
  for (const auto* codings : {"gzip", "identity", "chunked, gzip"}) {
    auto by = as(scope::admin);
    by.write(by.bytes_of({"POST", "/v1/tenants", {}, {{"Transfer-Encoding", codings}}}) +
             by.bytes_of({"GET", "/healthz", {}, {}}));
    const auto refused = by.read_answer();
    EXPECT_EQ(refused.status, 400U) << codings;
    EXPECT_THAT(refused.body, HasSubstr("Transfer-Encoding")) << codings;
    EXPECT_EQ(refused.header("connection"), "close") << "what follows is no request";
    EXPECT_EQ(transcript.find("\"status\":\"ok\""), std::string::npos);
  }
}

TEST_F(limits_api, ask_for_a_body_that_waits_to_be_asked_for) {
  const std::string body = R"({"id":"acme","name":"Acme"})";
  const auto bytes = admin->bytes_of({"POST", "/v1/tenants", body, {{"Expect", "100-continue"}}});
  admin->write(std::string_view{bytes}.substr(0, bytes.size() - body.size()));
  EXPECT_EQ(admin->read_answer().status, 100U);
  admin->write(body);
  EXPECT_EQ(admin->read_answer().status, 201U);
  auto stranger = nobody();
  stranger.write(stranger.bytes_of({"POST", "/v1/tenants", {}, {{"Expect", "100-continue"}, {"Content-Length", "9"}}}));
  EXPECT_EQ(stranger.read_answer().status, 401U) << "who may not, need not send it";
}

TEST_F(limits_api, speak_http_1_0_with_who_does) {
  auto by = nobody();
  by.write("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(by.read_answer().status, 200U);
}

TEST_F(limits_api, answer_a_long_poll_under_way_when_the_server_stops) {
  auto by = as(scope::read);
  // In one piece, so that the server has the second when it answers the first.
  by.write(by.bytes_of({"GET", "/healthz", {}, {}}) + by.bytes_of({"GET", "/v1/events?wait=60", {}, {}}));
  EXPECT_EQ(by.read_answer().status, 200U);
  std::thread stopping{[this] { stop(); }};
  const auto got = by.read_answer();
  stopping.join();
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.header("connection"), "close");
}

class hasty_limits_api : public limits_api {
protected:
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.request_deadline = 200ms;
    wish.idle_deadline = 300ms;
    wish.drain = 200ms;
    return wish;
  }
};

TEST_F(hasty_limits_api, close_on_half_a_request) {
  for (const auto* half :
       {"", "GET", "GET /healthz HTTP/1.1\r\nHost: h\r\n", "POST /healthz HTTP/1.1\r\nContent-Length: 10\r\n"}) {
    auto by = nobody();
    by.write(half);
    EXPECT_TRUE(by.is_closed_silently()) << half;
  }
}

TEST_F(hasty_limits_api, close_on_who_drips_its_header) {
  auto by = nobody();
  const auto began = std::chrono::steady_clock::now();
  by.write("GET /healthz HTTP/1.1\r\n");
  // Each drip comes long before the deadline; all together must still not outlast it.
  const auto dripped = [&] {
    try {
      for (int i = 0; i < 200; ++i) {
        by.write("X: y\r\n");
        std::this_thread::sleep_for(20ms);
      }
    } catch (const std::runtime_error&) {
    }
    return std::chrono::steady_clock::now() - began;
  }();
  EXPECT_LT(dripped, 2s);
}

TEST_F(hasty_limits_api, close_on_who_drips_its_body) {
  const auto bytes = admin->bytes_of({"POST", "/v1/tenants", R"({"id":"acme","name":"Acme"})", {}});
  admin->write(std::string_view{bytes}.substr(0, bytes.size() - 5));
  admin->drain();
  EXPECT_EQ(as(scope::read).get("/v1/tenants/acme").status, 404U);
}

TEST_F(hasty_limits_api, close_between_requests_when_nothing_comes) {
  auto by = nobody();
  EXPECT_EQ(by.get("/healthz").status, 200U);
  EXPECT_TRUE(by.is_closed_silently());
}

TEST_F(hasty_limits_api, stop_in_spite_of_clients_that_do_nothing) {
  auto idle = nobody();
  EXPECT_EQ(idle.get("/healthz").status, 200U);
  auto half = nobody();
  half.write("GET /healthz HTTP/1.1\r\n");
  const auto began = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_TRUE(idle.is_closed_silently());
}

class few_connections_api : public limits_api {
protected:
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.connections_max = 2;
    return wish;
  }
};

TEST_F(few_connections_api, close_what_is_beyond_the_bound_and_serve_those_who_came_first) {
  auto first = nobody();
  EXPECT_EQ(first.get("/healthz").status, 200U);
  {
    auto second = nobody();
    EXPECT_EQ(second.get("/healthz").status, 200U);
    EXPECT_TRUE(nobody().is_closed_silently());
    EXPECT_EQ(first.get("/healthz").status, 200U);
  }
  EXPECT_TRUE(eventually([&] {
    try {
      return nobody().get("/healthz").status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  })) << "a place that became free is not given again";
}

} // namespace
} // namespace postroom::api::test
