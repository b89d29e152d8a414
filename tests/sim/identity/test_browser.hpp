#pragma once

#include "base/ascii.hpp"
#include "protocol/http/url.hpp"
#include "sim/control/faults.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/sign_in_pages.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>

namespace postroom::sim {

/// One tenant at Entra, another one, and one at Google; an application with each kind of redirect URI.
class sign_in_fixture : public testing::Test {
protected:
  static constexpr std::string_view mail = "https://outlook.office.com/IMAP.AccessAsUser.All";
  static constexpr std::string_view callback = "https://app.test/callback?x=1";

  sign_in_fixture() {
    add_user("dora@contoso.test");
    add_user("otto@contoso.test");
    add_user("ada@contoso.test").administrator = true;
    add_user("zoe@fabrikam.test");
    add_user("gail@workspace.test");
    application app;
    app.client_id = "app-1";
    app.name = "Mail <Gateway>";
    app.home_tenant = "tenant-1";
    app.multi_tenant = true;
    app.roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp", "Mail.ReadWrite"};
    app.redirect_uris = {{std::string{callback}, redirect_kind::web},
                         {"https://app.test/spa", redirect_kind::spa},
                         {"msauth://app", redirect_kind::native}};
    people.add_application(app);
    app.client_id = "app-2";
    app.multi_tenant = false;
    people.add_application(app);
  }

  static tenant make_tenant(std::string id, std::string name, std::string domain, service kind) {
    tenant made;
    made.id = std::move(id);
    made.name = std::move(name);
    made.domains = {std::move(domain)};
    made.kind = kind;
    return made;
  }
  user& add_user(const std::string& upn) {
    user made;
    made.upn = upn;
    made.password = secret<>{"Secret-1"};
    return people.tenant_of(upn)->users[upn] = made;
  }
  user& who(std::string_view upn) { return *people.tenant_of(upn)->find_user(upn); }
  service_principal& principal() { return contoso.principals["app-1"]; }

  manual_clock time;
  registry people;
  tenant& contoso = people.add_tenant(make_tenant("tenant-1", "Contoso", "contoso.test", service::microsoft));
  tenant& fabrikam = people.add_tenant(make_tenant("tenant-2", "Fabrikam", "fabrikam.test", service::microsoft));
  tenant& workspace = people.add_tenant(make_tenant("tenant-3", "Workspace", "workspace.test", service::google));
  access_tokens tokens{"https://login.test", time, test_keys()};
  authorizations grants{time};
  directory mailboxes;
  fault_desk faults{1, time, mailboxes};
  identity_services services{"https://login.test", std::chrono::seconds{3600}, people, tokens, grants, faults, time};
  sign_in_pages pages{services};
};

/// A browser without scripts: keeps cookies, finds the form of the page it is on and sends it.
class test_browser {
public:
  explicit test_browser(sign_in_pages& pages) : pages_(pages) {}

  /// The status.
  unsigned get(const std::string& target) {
    path_ = target.substr(0, target.find('?'));
    return send({boost::beast::http::verb::get, target, 11});
  }
  static std::string query(const form_fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields)
      out += (out.empty() ? "" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
    return out;
  }
  /// The page's hidden fields with these.
  unsigned submit(const form_fields& fields) {
    auto all = hidden_fields();
    for (const auto& [name, value] : fields)
      all[name] = value;
    return post(all);
  }
  unsigned post(const form_fields& all) {
    http_request request{boost::beast::http::verb::post, path_, 11};
    request.body() = query(all);
    return send(std::move(request));
  }
  /// Of the page shown, as a browser reads them.
  [[nodiscard]] form_fields hidden_fields() const {
    form_fields out;
    constexpr std::string_view start = "<input type=\"hidden\" name=\"";
    for (auto at = body().find(start); at != std::string::npos; at = body().find(start, at + 1)) {
      const auto name = at + start.size();
      const auto name_end = body().find('"', name);
      const auto value = body().find("value=\"", name_end) + 7;
      out[body().substr(name, name_end - name)] = unescape(body().substr(value, body().find('"', value) - value));
    }
    return out;
  }
  [[nodiscard]] const std::string& body() const { return response_.body(); }
  [[nodiscard]] bool shows(std::string_view text) const { return body().find(text) != std::string::npos; }
  [[nodiscard]] bool has(const std::string& id) const { return shows(" id=\"" + id + "\""); }
  [[nodiscard]] std::string header(std::string_view name) const { return std::string{response_[name]}; }
  [[nodiscard]] std::string location() const { return header("Location"); }
  /// A parameter of the redirect's query or fragment.
  [[nodiscard]] std::string returned(const std::string& name) const {
    const auto hash = location().find('#');
    const auto at = hash == std::string::npos ? location().find('?') : hash;
    const auto parameters = at == std::string::npos ? std::string{} : location().substr(at + 1);
    return std::string{value_of(parse_form(parameters), name)};
  }
  [[nodiscard]] std::map<std::string, std::string>& cookies() { return cookies_; }
  [[nodiscard]] const http_response& response() const { return response_; }

  unsigned sign_in(const std::string& upn) {
    submit({{"email", upn}});
    return submit({{"password", "Secret-1"}});
  }

private:
  static std::string unescape(std::string text) {
    constexpr std::pair<std::string_view, std::string_view> references[] = {
        {"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&#39;", "'"},
        {"&#13;", "\r"}, {"&#10;", "\n"}, {"&amp;", "&"}};
    for (const auto& [reference, character] : references)
      for (auto at = text.find(reference); at != std::string::npos; at = text.find(reference, at + 1))
        text.replace(at, reference.size(), character);
    return text;
  }
  unsigned send(http_request request) {
    std::string cookie;
    for (const auto& [name, value] : cookies_)
      cookie += (cookie.empty() ? "" : "; ") + name + "=" + value;
    if (!cookie.empty())
      request.set(boost::beast::http::field::cookie, cookie);
    auto answer = pages_.answer(request);
    EXPECT_TRUE(answer);
    response_ = std::move(*answer);
    for (const auto& field : response_)
      if (field.name() == boost::beast::http::field::set_cookie)
        keep(std::string{field.value()});
    return response_.result_int();
  }
  void keep(const std::string& header) {
    const auto equals = header.find('=');
    const auto value = header.substr(equals + 1, header.find(';') - equals - 1);
    if (value.empty())
      cookies_.erase(header.substr(0, equals));
    else
      cookies_[header.substr(0, equals)] = value;
  }

  sign_in_pages& pages_;
  std::string path_;
  http_response response_;
  std::map<std::string, std::string> cookies_;
};

} // namespace postroom::sim
