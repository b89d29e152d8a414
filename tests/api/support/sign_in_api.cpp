#include "tests/api/support/sign_in_api.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "storage/directory.hpp"

#include <caf/send.hpp>

namespace postroom::api::test {

signed_in andrea() {
  signed_in who;
  who.grant = "andrea";
  who.upn = "andrea@contoso.example";
  who.display_name = "Andrea Rossi";
  who.directory_id = "9f1c0000-0000-4000-8000-000000000001";
  who.granted_scope = "openid https://outlook.office.com/IMAP.AccessAsUser.All offline_access";
  return who;
}

void sign_in_api::SetUp() {
  script->plan = [this](const plan_sign_in& wish) -> result<sign_in_plan> {
    plans.push_back(wish);
    sign_in_plan plan;
    state = base64url_encode(random_string(16)) + '.' + base64url_encode(random_string(32));
    plan.state = state;
    plan.authorize_url = "https://login.example/authorize?state=" + state;
    plan.redirect_uri = "https://gateway.example" + callback;
    plan.nonce = "nonce-1";
    plan.code_verifier = secret<>{secret_mark + "-verifier"};
    plan.wanted_scope = "openid offline_access https://outlook.office.com/IMAP.AccessAsUser.All";
    return plan;
  };
  script->redeem = [this](const redeem_code& wish) -> result<signed_in> {
    redemptions.push_back(wish);
    return andrea();
  };
  running_api::SetUp();
  make_tenant("acme");
  admin.emplace(as(scope::admin));
  browser.emplace(nobody());
  make_azure("azure");
}

void sign_in_api::TearDown() {
  stop();
  caf::anon_send_exit(gateway_, caf::exit_reason::user_shutdown);
  gateway_ = gateway_actor{};
  running_api::TearDown();
}

gateway_actor sign_in_api::gateway_for(caf::actor_system& system, gateway_actor real) {
  gateway_ = spawn_scripted_gateway(system, script, std::move(real));
  return gateway_;
}

void sign_in_api::make_azure(const std::string& id, const boost::json::object& more) {
  boost::json::object fields{{"id", id},
                             {"name", "Azure"},
                             {"service", "microsoft_azure"},
                             {"application_id", "11111111-2222-3333-4444-555555555555"},
                             {"directory_id", "organizations"},
                             {"redirect_uri", "https://gateway.example" + callback}};
  for (const auto& [name, value] : more)
    fields[name] = value;
  const auto made = admin->post(providers, fields);
  ASSERT_EQ(made.status, 201U) << made.body;
}

std::string sign_in_api::begin(const boost::json::object& wish, const std::string& path) {
  const auto at = providers + "/azure/" + path;
  const auto made = path == "admin-consent" ? admin->send({"POST", at, {}, {}}) : admin->post(at, wish);
  EXPECT_EQ(made.status, 201U) << made.body;
  const std::string url{made.json().at("url").as_string()};
  const std::string origin = "https://gateway.example";
  EXPECT_TRUE(url.starts_with(origin + "/api/cloudProviders/oauth2/start/")) << url;
  return url.substr(origin.size());
}

std::string sign_in_api::start(const std::string& page) {
  const auto sent = press(page);
  EXPECT_EQ(sent.status, 303U) << sent.body;
  const auto cookie = sent.header("set-cookie");
  return cookie.substr(0, cookie.find(';'));
}

answer sign_in_api::press(const std::string& page, const std::string& cookie) {
  // As browsers send a form without fields.
  return browser->send(
      {"POST",
       page,
       {},
       {{"Cookie", cookie}, {"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Length", "0"}}});
}

std::string sign_in_api::cookie_with(const std::string& value) const {
  return "postroom_sign_in_" + state.substr(0, state.find('.')) + "=" + value;
}

std::string sign_in_api::callback_with(const std::string& parameters) const {
  return callback + "?" + parameters + "&state=" + state;
}

answer sign_in_api::come_back(const std::string& cookie, const std::string& parameters) {
  return get_with(cookie, callback_with(parameters));
}

answer sign_in_api::get_with(const std::string& cookie, const std::string& path) {
  return browser->send({"GET", path, {}, {{"Cookie", cookie}}});
}

std::vector<storage::record> sign_in_api::all_in(storage::space where) {
  return storage::wait_for<result<std::vector<storage::record>>>(
             [&](auto done) { store->scan(where, {}, 1000, false, done); })
      .value();
}

records::SignIn sign_in_api::pending() {
  auto all = all_in(storage::space::sign_in);
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? records::SignIn{} : storage::decode<records::SignIn>(std::move(all.front())).value().value;
}

std::vector<boost::json::object> sign_in_api::events(const std::string& type) {
  std::vector<boost::json::object> out;
  const auto page = admin->get("/v1/tenants/acme/events").json();
  for (const auto& each : page.at("items").as_array())
    if (each.at("type").as_string() == type)
      out.push_back(each.as_object());
  return out;
}

std::size_t sign_in_api::redeemed() {
  const std::lock_guard lock{script->mutex};
  return redemptions.size();
}

} // namespace postroom::api::test
