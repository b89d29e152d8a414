#pragma once

#include "tests/api/support/running_api.hpp"
#include "tests/api/support/scripted_gateway.hpp"

#include "records.pb.h"

#include <optional>
#include <string>
#include <vector>

namespace postroom::api::test {

/// The tenant `acme` with the provider `azure`, and a gateway that does as the test says: sign-ins are planned, and
/// whoever comes back with a code is Andrea.
class sign_in_api : public running_api {
protected:
  void SetUp() override;
  void TearDown() override;
  gateway_actor gateway_for(caf::actor_system& system, gateway_actor real) override;

  void make_azure(const std::string& id, const boost::json::object& more = {});

  /// The path of the start page of a new sign-in.
  std::string begin(const boost::json::object& wish = {}, const std::string& path = "authenticate");
  /// The cookie that the start page sets when its button is pressed.
  std::string start(const std::string& page);
  answer press(const std::string& page, const std::string& cookie = {});
  /// A cookie of the last plan's sign-in.
  [[nodiscard]] std::string cookie_with(const std::string& value) const;
  /// What a browser comes back with: `state` is that of the last plan.
  [[nodiscard]] std::string callback_with(const std::string& parameters) const;
  answer come_back(const std::string& cookie, const std::string& parameters = "code=" + secret_mark + "-code");
  answer get_with(const std::string& cookie, const std::string& path);

  /// Everything in a space.
  [[nodiscard]] std::vector<storage::record> all_in(storage::space where);
  [[nodiscard]] records::SignIn pending();
  /// The tenant's events of a type, as the API shows them.
  [[nodiscard]] std::vector<boost::json::object> events(const std::string& type);
  /// How many codes were redeemed.
  [[nodiscard]] std::size_t redeemed();

  const std::string providers = "/v1/tenants/acme/providers";
  const std::string callback = "/api/cloudProviders/oauth2/microsoft/callback";
  std::shared_ptr<gateway_script> script = std::make_shared<gateway_script>();
  std::optional<client> admin;
  std::optional<client> browser;
  std::string state;                    ///< of the last plan
  std::vector<plan_sign_in> plans;      ///< under the script's mutex
  std::vector<redeem_code> redemptions; ///< likewise

private:
  gateway_actor gateway_;
};

/// What Andrea's sign-in brings.
[[nodiscard]] signed_in andrea();

} // namespace postroom::api::test
