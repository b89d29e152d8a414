#include "tests/api/support/certificate.hpp"
#include "tests/api/support/running_api.hpp"

#include <fstream>

namespace postroom::api::test {
namespace {

class tls_api : public running_api {
protected:
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.tls_certificate = files.chain();
    wish.tls_key = files.key();
    return wish;
  }
  client over_tls(const std::string& token = {}) { return {port(), transcript, token, files.chain()}; }
  std::string token(scope may) { return create_token(*store, {"", {}, {may}, 0}, time.now()).value().plain.expose(); }

  certificate files;
};

TEST_F(tls_api, serves_over_tls) {
  auto by = over_tls(token(scope::admin));
  EXPECT_EQ(by.get("/healthz").status, 200U);
  const auto made = by.post("/v1/tenants", {{"id", "acme"}, {"name", std::string(200, 'x')}});
  EXPECT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(by.get("/v1/tenants/acme").json(), made.json());
}

TEST_F(tls_api, streams_over_tls) {
  auto by = over_tls(token(scope::read));
  by.write(by.bytes_of({"GET", "/v1/tenants/acme/events", {}, {{"Accept", "text/event-stream"}}}));
  by.read_until("retry");
  announce("acme", 1);
  by.read_until("id: 1\n");
}

TEST_F(tls_api, says_goodbye_to_who_wants_to_part) {
  auto by = over_tls();
  by.write(by.bytes_of({"GET", "/healthz", {}, {{"Connection", "close"}}}));
  EXPECT_EQ(by.read_answer().header("connection"), "close");
}

TEST_F(tls_api, has_no_answer_for_plain_http) {
  auto plain = nobody();
  plain.write(plain.bytes_of({"GET", "/healthz", {}, {}}));
  EXPECT_THROW(plain.read_answer(), std::runtime_error);
  EXPECT_EQ(over_tls().get("/healthz").status, 200U) << "the next client is served";
}

class listening_api : public running_api {
protected:
  errc refusal(const server_options& wish) {
    const auto started = start_another(wish);
    EXPECT_FALSE(started) << "listens on " << wish.listen;
    return started ? errc{} : started.error().code;
  }
  static server_options at(const std::string& address) {
    server_options wish;
    wish.listen = address;
    return wish;
  }
};

TEST_F(listening_api, is_plain_on_loopback_only) {
  for (const auto* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"})
    EXPECT_EQ(refusal(at(address)), errc::invalid_argument) << address;
  EXPECT_TRUE(start_another(at("localhost:0")));
}

TEST_F(listening_api, takes_addresses_and_no_names) {
  for (const auto* address : {"", ":0", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x",
                              "gateway.example:0", "::1:0", "[127.0.0.1]:0", "[::1:0"})
    EXPECT_EQ(refusal(at(address)), errc::invalid_argument) << address;
}

TEST_F(listening_api, says_when_its_address_is_taken) {
  EXPECT_EQ(refusal(at("127.0.0.1:" + std::to_string(port()))), errc::conflict);
}

TEST_F(listening_api, needs_certificate_and_key_that_belong_together) {
  const certificate files;
  const certificate others;
  auto wish = at("127.0.0.1:0");
  wish.tls_certificate = files.chain();
  EXPECT_EQ(refusal(wish), errc::invalid_argument) << "without a key";
  wish.tls_key = files.directory() / "nothing.pem";
  EXPECT_EQ(refusal(wish), errc::invalid_argument) << "the key file does not exist";
  wish.tls_key = others.key();
  EXPECT_EQ(refusal(wish), errc::invalid_argument) << "another certificate's key";
  wish.tls_key = files.key();
  EXPECT_TRUE(start_another(wish));
  std::ofstream{files.chain()} << "no certificate";
  EXPECT_EQ(refusal(wish), errc::invalid_argument);
}

} // namespace
} // namespace postroom::api::test
