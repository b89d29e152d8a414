#include "base/limits.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string mail = "From: support@contoso.example\r\nTo: bea@example.org\r\nSubject: Streamed\r\n\r\nHello\r\n";

std::string chunked(std::string_view text, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto part = text.substr(at, piece);
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    out.append(size).append(part).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

class streamed_body : public outbox_api {
protected:
  call head_of(const std::string& path, std::map<std::string, std::string> headers) {
    headers.emplace("Content-Type", path == outbox ? "message/rfc822" : "application/octet-stream");
    return {"POST", path, {}, std::move(headers)};
  }
  call in_chunks(const std::string& path) { return head_of(path, {{"Transfer-Encoding", "chunked"}}); }
  call of_length(const std::string& path, std::uint64_t bytes) {
    return head_of(path, {{"Content-Length", std::to_string(bytes)}});
  }
};

TEST_F(streamed_body, may_come_in_chunks) {
  for (const std::size_t piece : {1UL, 7UL, 4096UL}) {
    writer->write(writer->bytes_of(in_chunks(outbox)) + chunked(mail, piece));
    const auto accepted = writer->read_answer();
    ASSERT_EQ(accepted.status, 202U) << accepted.body;
    EXPECT_EQ(message_of(accepted).subject, "Streamed");
    EXPECT_TRUE(octets_of(accepted).ends_with("\r\n\r\nHello\r\n"));
  }
  const std::string large(5 * limits::mib / 2, 'x');
  writer->write(writer->bytes_of(in_chunks(uploads)) + chunked(large, 100'000));
  const auto made = writer->read_answer();
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.json().at("size").to_number<std::size_t>(), large.size());
}

TEST_F(streamed_body, leaves_the_connection_to_the_next_request) {
  std::string all;
  for (int i = 0; i < 3; ++i) {
    auto raw = of_length(outbox, mail.size());
    all += writer->bytes_of(raw) + mail + writer->bytes_of(in_chunks(uploads)) + chunked("file", 2) +
           writer->bytes_of({"GET", "/healthz", {}, {}});
  }
  writer->write(all);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(writer->read_answer().status, 202U);
    EXPECT_EQ(writer->read_answer().status, 201U);
    EXPECT_EQ(writer->read_answer().status, 200U);
  }
}

TEST_F(streamed_body, may_wait_to_be_asked_for) {
  auto wish = of_length(outbox, mail.size());
  wish.headers.emplace("Expect", "100-continue");
  writer->write(writer->bytes_of(wish));
  EXPECT_EQ(writer->read_answer().status, 100U);
  writer->write(mail);
  EXPECT_EQ(writer->read_answer().status, 202U);
  auto stranger = as(scope::read);
  stranger.write(stranger.bytes_of(wish));
  const auto refused = stranger.read_answer();
  EXPECT_EQ(refused.status, 403U) << "who may not, need not send it";
  EXPECT_EQ(refused.header("connection"), "close");
}

TEST_F(streamed_body, is_refused_before_it_comes_when_it_names_too_great_a_length) {
  for (const auto& path : {outbox, uploads}) {
    auto by = as(scope::write);
    auto wish = of_length(path, limits::upload_bytes_max + 1);
    wish.headers.emplace("Expect", "100-continue");
    by.write(by.bytes_of(wish));
    const auto refused = by.read_answer();
    EXPECT_EQ(refused.status, 413U) << path;
    EXPECT_EQ(code_of(refused), "too_large");
    EXPECT_EQ(refused.header("connection"), "close");
  }
  EXPECT_EQ(collect(), 0U);
}

TEST_F(streamed_body, is_not_read_to_its_end_once_it_is_refused) {
  auto raw = of_length(outbox, 100 * limits::mib);
  writer->write(writer->bytes_of(raw) + "no header at all\r\n\r\n" + std::string(64 * limits::kib, 'x'));
  const auto refused = writer->read_answer();
  EXPECT_EQ(refused.status, 400U) << refused.body;
  EXPECT_EQ(refused.header("connection"), "close");
  auto json = head_of(outbox, {{"Content-Length", std::to_string(100 * limits::mib)}});
  json.headers["Content-Type"] = "application/json";
  auto by = as(scope::write);
  by.write(by.bytes_of(json) + std::string(limits::http_json_body_bytes_max + 64 * limits::kib + 1, ' '));
  const auto large = by.read_answer();
  EXPECT_EQ(large.status, 413U) << "no more than a JSON body may hold is read";
  EXPECT_EQ(large.header("connection"), "close");
}

TEST_F(streamed_body, is_refused_when_its_chunks_are_none) {
  for (const auto* wrong : {"xyz\r\n", "5\r\nabcdefgh\r\n", "ffffffffffffffffff\r\n"}) {
    auto by = as(scope::write);
    by.write(by.bytes_of(in_chunks(uploads)) + wrong);
    const auto refused = by.read_answer();
    EXPECT_EQ(refused.status, 400U) << wrong;
    EXPECT_EQ(refused.header("connection"), "close");
  }
  EXPECT_EQ(count(storage::space::upload), 0U);
}

TEST_F(streamed_body, leaves_nothing_when_the_client_breaks_off) {
  for (const auto& path : {outbox, uploads}) {
    {
      auto by = as(scope::write);
      by.write(by.bytes_of(of_length(path, 10 * limits::mib)) + mail + [] {
        std::string lines;
        while (lines.size() < 3 * limits::mib)
          lines += std::string(70, 'x') + "\r\n";
        return lines;
      }());
    }
    EXPECT_TRUE(eventually([&] { return collect() > 0; })) << "what was staged is referenced, or never came: " << path;
  }
  EXPECT_EQ(count(storage::space::upload), 0U);
  EXPECT_EQ(count(storage::space::outbox), 0U);
  EXPECT_EQ(count(storage::space::expiry), 0U);
}

class hasty_streamed_body : public streamed_body {
protected:
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.request_deadline = 300ms;
    wish.drain = 200ms;
    return wish;
  }
};

TEST_F(hasty_streamed_body, ends_the_connection_when_nothing_more_comes) {
  for (const auto& path : {outbox, uploads}) {
    auto by = as(scope::write);
    by.write(by.bytes_of(of_length(path, 100'000)) + mail);
    const auto began = std::chrono::steady_clock::now();
    by.drain();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << path;
  }
  EXPECT_EQ(count(storage::space::upload), 0U);
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

TEST_F(hasty_streamed_body, may_take_longer_than_one_request_when_it_keeps_coming) {
  const std::size_t piece = 64 * limits::kib;
  const std::size_t pieces = 12;
  writer->write(writer->bytes_of(of_length(uploads, piece * pieces)));
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < pieces; ++i) {
    // A sender's pace, not a wait for something to happen.
    std::this_thread::sleep_for(50ms);
    writer->write(std::string(piece, 'x'));
  }
  const auto made = writer->read_answer();
  EXPECT_EQ(made.status, 201U) << made.body;
  EXPECT_GT(std::chrono::steady_clock::now() - began, 300ms) << "this told nothing";
}

TEST_F(hasty_streamed_body, does_not_outlast_a_stop) {
  auto by = as(scope::write);
  by.write(by.bytes_of(of_length(uploads, limits::mib)) + "beginning");
  const auto began = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

} // namespace
} // namespace postroom::api::test
