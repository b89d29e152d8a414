#include "tests/api/support/running_api.hpp"
#include "tests/api/support/scripted_gateway.hpp"

#include <caf/send.hpp>
#include <gmock/gmock.h>

#include <set>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

const std::string collection = "/v1/tenants/acme/accounts";

class diagnose_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    make_grant("acme", "andrea", "azure");
    make_account("acme", "support", "azure");
    writer.emplace(as(scope::write));
  }
  answer diagnose(const std::string& body = {}) { return writer->send({"POST", path, body, {}}); }

  const std::string path = collection + "/support/diagnose";
  std::optional<client> writer;
};

TEST_F(diagnose_api, tells_each_step_and_a_sentence) {
  answer got;
  ASSERT_TRUE(eventually([&] { // the account runs a moment after it was made
    got = diagnose();
    return got.status == 200U;
  })) << got.body;
  const auto report = got.json();
  EXPECT_FALSE(report.at("healthy").as_bool()) << "there is no server";
  EXPECT_THAT(std::string{report.at("summary").as_string()}, HasSubstr("account support"));
  std::set<std::string> bad;
  for (const auto& each : report.at("steps").as_array()) {
    const auto& step = each.as_object();
    EXPECT_EQ(step.size(), 7U);
    for (const auto* name : {"name", "state", "evidence"})
      EXPECT_TRUE(step.at(name).is_string());
    for (const auto* name : {"cause", "meaning", "remedy", "who_acts"})
      EXPECT_TRUE(step.at(name).is_string() || step.at(name).is_null()) << name;
    if (step.at("state") == "bad") {
      bad.emplace(step.at("name").as_string());
      EXPECT_TRUE(step.at("remedy").is_string());
      EXPECT_TRUE(step.at("who_acts").is_string());
    }
  }
  EXPECT_THAT(bad, Contains("connect"));
}

TEST_F(diagnose_api, refuses_what_it_does_not_understand) {
  EXPECT_EQ(errors_of(diagnose(R"({"to":"x@example.com"})")), std::vector<std::string>{"to: is not a field here"});
  EXPECT_EQ(errors_of(diagnose(R"({"send_test_to":7})")), std::vector<std::string>{"send_test_to: must be a text"});
  EXPECT_EQ(diagnose(R"({"send_test_to":"no address"})").status, 400U);
  EXPECT_EQ(diagnose(R"({"send_test_to":"a@b\r\nRCPT TO:<c@d>"})").status, 400U);
  EXPECT_EQ(diagnose("[]").status, 400U);
  EXPECT_EQ(writer->send({"POST", path + "?deep=1", {}, {}}).status, 400U);
}

TEST_F(diagnose_api, needs_the_scope_write) {
  EXPECT_EQ(as(scope::read).send({"POST", path, {}, {}}).status, 403U);
  EXPECT_EQ(nobody().send({"POST", path, {}, {}}).status, 401U);
}

TEST_F(diagnose_api, knows_no_others) {
  EXPECT_EQ(writer->send({"POST", collection + "/nobody/diagnose", {}, {}}).status, 404U);
}

/// A doctor that never comes to an end.
class endless_diagnosis_api : public diagnose_api {
protected:
  void SetUp() override {
    script->keeps_diagnoses = true;
    diagnose_api::SetUp();
  }
  void TearDown() override {
    stop();
    caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
    gateway = gateway_actor{};
    diagnose_api::TearDown();
  }
  gateway_actor gateway_for(caf::actor_system& system, gateway_actor real) override {
    gateway = spawn_scripted_gateway(system, script, std::move(real));
    return gateway;
  }
  [[nodiscard]] server_options options() const override {
    server_options wish;
    wish.drain = 100ms;
    return wish;
  }

  std::shared_ptr<gateway_script> script = std::make_shared<gateway_script>();
  gateway_actor gateway;
};

TEST_F(endless_diagnosis_api, does_not_hold_the_stop_up_beyond_the_drain) {
  writer->write(writer->bytes_of({"POST", path, {}, {}}));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock{script->mutex};
    return script->diagnoses == 1;
  }));
  const auto began = std::chrono::steady_clock::now();
  stop();
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took, 100ms);
  EXPECT_LT(took, 2s);
}

} // namespace
} // namespace postroom::api::test
