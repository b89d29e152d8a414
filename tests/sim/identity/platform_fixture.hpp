#pragma once

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "sim/identity/platform.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <gtest/gtest.h>
#include <string>

namespace postroom::sim {

/// A tenant of each kind with a user and an application, and the platform in front of them.
class platform_test : public testing::Test {
protected:
  static constexpr const char* tenant_id = "0a0a0a0a-0000-4000-8000-000000000001";
  static constexpr const char* client_id = "c1c1c1c1-0000-4000-8000-000000000001";
  static constexpr const char* public_id = "c2c2c2c2-0000-4000-8000-000000000002";
  static constexpr const char* google_id = "4071-mail.apps.googleusercontent.com";
  static constexpr const char* upn = "Dora@contoso.test";
  static constexpr const char* google_upn = "gail@shop.test";
  static constexpr const char* redirect = "https://gateway.test/callback";
  static constexpr const char* imap_scope = "https://outlook.office.com/IMAP.AccessAsUser.All";
  static constexpr const char* smtp_scope = "https://outlook.office.com/SMTP.Send";

  platform_test() {
    contoso = &people.add_tenant(make_tenant(tenant_id, "Contoso", "contoso.test", service::microsoft, upn));
    fabrikam = &people.add_tenant(make_tenant("0b0b0b0b-0000-4000-8000-000000000002", "Fabrikam", "fabrikam.test",
                                              service::generic, "fred@fabrikam.test"));
    shop = &people.add_tenant(
        make_tenant("0c0c0c0c-0000-4000-8000-000000000003", "Shop", "shop.test", service::google, google_upn));
    app = &people.add_application(make_application(client_id, tenant_id));
    app->multi_tenant = true;
    app->roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp"};
    auto registered = make_application(public_id, tenant_id);
    registered.secrets.clear();
    registered.public_client = true;
    public_app = &people.add_application(std::move(registered));
    google_app = &people.add_application(make_application(google_id, shop->id));
    for (const auto* const id : {client_id, public_id})
      contoso->principals[id].object_id = "5e5e5e5e-0000-4000-8000-000000000001";
  }

  static tenant make_tenant(const char* id, const char* name, const char* domain, service kind, const char* user_upn) {
    tenant made;
    made.id = id;
    made.name = name;
    made.domains = {domain};
    made.kind = kind;
    user who;
    who.upn = user_upn;
    who.object_id = std::string{"oid of "} + user_upn;
    who.name = "Somebody";
    made.users.emplace(ascii_lower(who.upn), std::move(who));
    return made;
  }
  static application make_application(const char* id, std::string home) {
    application made;
    made.client_id = id;
    made.name = "Postroom";
    made.home_tenant = std::move(home);
    made.secrets.push_back({"the secret's id", secret<>{"s~1+&"}});
    made.redirect_uris.push_back({redirect});
    return made;
  }

  http_response ask(boost::beast::http::verb method, const std::string& target, const std::string& body = {}) {
    http_request request{method, target, 11};
    for (const auto& [name, value] : headers)
      request.set(name, value);
    request.body() = body;
    return platform.answer(request);
  }
  http_response get(const std::string& target) { return ask(boost::beast::http::verb::get, target); }
  http_response post(const std::string& target, const form_fields& form) {
    std::string body;
    for (const auto& [name, value] : form)
      body += (body.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
    return ask(boost::beast::http::verb::post, target, body);
  }
  http_response token(const form_fields& form, const std::string& tenant = tenant_id) {
    return post("/" + tenant + "/oauth2/v2.0/token", form);
  }
  static std::string encoded(const std::string& text) {
    std::string out;
    for (const char c : text)
      out += "%" + hex_encode({&c, 1});
    return out;
  }

  static form_fields refresh_form(const std::string& refresh_token) {
    return {{"client_id", client_id},
            {"client_secret", "s~1+&"},
            {"grant_type", "refresh_token"},
            {"refresh_token", refresh_token}};
  }
  std::string signed_in(const char* who = upn, std::vector<std::string> scopes = mail_scopes(service::microsoft)) {
    return sign_in(services, client_id, who, scopes).expose();
  }
  user& dora() { return *contoso->find_user(upn); }
  service_principal& principal() { return contoso->principals.at(client_id); }

  static boost::json::object json(const http_response& answer) { return boost::json::parse(answer.body()).as_object(); }
  static std::string member(const http_response& answer, const char* name) {
    const auto body = json(answer);
    return body.contains(name) ? std::string{body.at(name).as_string()} : std::string{};
  }
  /// `400 invalid_grant bad_token 50173`, or `200`.
  static std::string verdict(const http_response& answer) {
    auto text = std::to_string(answer.result_int());
    if (answer.result_int() == 200)
      return text;
    const auto body = json(answer);
    for (const auto* const name : {"error", "suberror"})
      if (body.contains(name))
        text += " " + std::string{body.at(name).as_string()};
    if (body.contains("error_codes"))
      for (const auto& code : body.at("error_codes").as_array())
        text += " " + std::to_string(code.as_int64());
    return text;
  }

  manual_clock time;
  registry people;
  access_tokens tokens{"https://login.test", time, test_keys()};
  authorizations grants{time};
  directory mailboxes;
  fault_desk faults{7, time, mailboxes};
  identity_services services{"https://login.test", std::chrono::seconds{3600}, people, tokens, grants, faults, time};
  identity_platform platform{services};
  std::map<std::string, std::string> headers;
  tenant* contoso = nullptr;
  tenant* fabrikam = nullptr;
  tenant* shop = nullptr;
  application* app = nullptr;
  application* public_app = nullptr;
  application* google_app = nullptr;
};

} // namespace postroom::sim
