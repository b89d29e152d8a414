#include "sim/identity/identity.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <boost/json.hpp>
#include <utility>

namespace postroom::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t form_fields_max = 50;
/// Refresh tokens rotate without end in a long run; beyond this the stand-in refuses to hand out more.
constexpr std::size_t refresh_tokens_max = 1'000'000;

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? hex_decode(text.substr(i + 1, 2)) : result<std::string>{};
    if (byte && !byte->empty()) {
      plain += *byte;
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

std::string_view value_of(const form_fields& form, const char* name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string_view{} : std::string_view{found->second};
}

std::string new_guid() {
  auto hex = hex_encode(random_string(16));
  for (const std::size_t at : {20U, 16U, 12U, 8U})
    hex.insert(at, "-");
  return hex;
}

/// `2025-04-02 09:11:13Z`
std::string entra_timestamp(wall_time t) {
  auto text = to_rfc3339(t).substr(0, 19);
  text[10] = ' ';
  return text + "Z";
}

bool is_for_exchange(std::string_view scope) {
  return scope.find("outlook.office") != std::string_view::npos;
}

/// One resource per token; what is not named is Exchange's IMAP.
std::string granted_scope(std::string_view asked) {
  constexpr std::string_view full =
      "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send";
  if (asked.empty() || (is_for_exchange(asked) && asked.find("/.default") != std::string_view::npos))
    return std::string{full};
  std::string granted;
  while (!asked.empty()) {
    const auto word = asked.substr(0, asked.find(' '));
    asked.remove_prefix(std::min(word.size() + 1, asked.size()));
    if (!word.empty() && word != "offline_access" && word != "openid" && word != "profile" && word != "email")
      granted += (granted.empty() ? "" : " ") + std::string{word};
  }
  return granted.empty() ? std::string{full} : granted;
}

} // namespace

form_fields parse_form(std::string_view body) {
  form_fields form;
  while (!body.empty() && form.size() < form_fields_max) {
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (const auto equals = pair.find('='); equals != std::string_view::npos)
      form[percent_decoded(pair.substr(0, equals))] = percent_decoded(pair.substr(equals + 1));
  }
  return form;
}

identity::identity(options options, const access_tokens& tokens, const clock& time)
    : options_(std::move(options)), tokens_(tokens), time_(time) {
}

secret<> identity::sign_in(const std::string& upn) {
  auto token = "1.A" + base64url_encode(random_string(90));
  users_by_refresh_token_[token] = upn;
  return secret<>{std::move(token)};
}

void identity::revoke(const std::string& upn) {
  for (auto& [token, user] : users_by_refresh_token_)
    if (user == upn)
      user.clear();
}

http_answer identity::refuse(unsigned status, std::string_view error, unsigned code, std::string_view text,
                             std::string_view suberror) const {
  const auto trace_id = new_guid();
  const auto correlation_id = new_guid();
  const auto timestamp = entra_timestamp(time_.now());
  json::object body{{"error", error},
                    {"error_description", "AADSTS" + std::to_string(code) + ": " + std::string{text} +
                                              " Trace ID: " + trace_id + "\r\nCorrelation ID: " + correlation_id +
                                              "\r\nTimestamp: " + timestamp},
                    {"error_codes", json::array{code}},
                    {"timestamp", timestamp},
                    {"trace_id", trace_id},
                    {"correlation_id", correlation_id},
                    {"error_uri", "https://login.microsoftonline.com/error?code=" + std::to_string(code)}};
  if (!suberror.empty())
    body["suberror"] = suberror;
  return {status, json::serialize(body)};
}

std::optional<http_answer> identity::refuse_client(std::string_view tenant, const form_fields& form) const {
  const auto client_id = value_of(form, "client_id");
  const auto client_secret = value_of(form, "client_secret");
  if (tenant != options_.tenant_id && tenant != "organizations" && tenant != "common")
    return refuse(400, "invalid_request", 90002, "Tenant '" + std::string{tenant} + "' not found.");
  if (client_id.empty())
    return refuse(400, "invalid_request", 900144,
                  "The request body must contain the following parameter: 'client_id'.");
  if (client_id != options_.client_id)
    return refuse(400, "unauthorized_client", 700016,
                  "Application with identifier '" + std::string{client_id} + "' was not found in the directory.");
  if (client_secret.empty())
    return refuse(401, "invalid_client", 7000218,
                  "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
  if (!constant_time_equal(client_secret, options_.client_secret.expose()))
    return refuse(401, "invalid_client", 7000215,
                  "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                  "value, not the client secret ID.");
  return std::nullopt;
}

http_answer identity::token_request(std::string_view tenant, const form_fields& form) {
  if (auto refused = refuse_client(tenant, form))
    return *refused;
  const auto grant = value_of(form, "grant_type");
  if (grant == "refresh_token")
    return answer_refresh(form);
  if (grant == "client_credentials")
    return answer_client_credentials(form);
  return refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
}

http_answer identity::answer_refresh(const form_fields& form) {
  const auto known = users_by_refresh_token_.find(std::string{value_of(form, "refresh_token")});
  if (known == users_by_refresh_token_.end())
    return refuse(400, "invalid_grant", 70000, "The provided value for the 'refresh_token' is not valid.");
  if (known->second.empty())
    return refuse(400, "invalid_grant", 50173,
                  "The provided grant has expired due to it being revoked, a fresh auth token is needed.", "bad_token");
  if (users_by_refresh_token_.size() >= refresh_tokens_max)
    return refuse(503, "temporarily_unavailable", 90033, "A transient error has occurred.");
  const auto scope = granted_scope(value_of(form, "scope"));
  const auto life_s = options_.access_token_life.count();
  return {200, json::serialize(json::object{{"token_type", "Bearer"},
                                            {"scope", scope},
                                            {"expires_in", life_s},
                                            {"ext_expires_in", life_s},
                                            {"access_token", access_token(known->second, scope)},
                                            {"refresh_token", sign_in(std::string{known->second}).expose()}})};
}

http_answer identity::answer_client_credentials(const form_fields& form) const {
  const auto scope = value_of(form, "scope");
  if (!scope.ends_with("/.default"))
    return refuse(400, "invalid_scope", 1002012, "The provided value for scope is not valid.");
  const auto life_s = options_.access_token_life.count();
  return {200, json::serialize(json::object{{"token_type", "Bearer"},
                                            {"expires_in", life_s},
                                            {"ext_expires_in", life_s},
                                            {"access_token", access_token({}, scope)}})};
}

std::string identity::access_token(const std::string& upn, std::string_view scope) const {
  tenant directory;
  directory.id = options_.tenant_id;
  application client;
  client.client_id = options_.client_id;
  user holder;
  holder.upn = holder.object_id = upn;
  std::vector<std::string> permissions;
  if (upn.empty())
    permissions = {"IMAP.AccessAsApp", "SMTP.SendAsApp"};
  else
    for (const auto* each : {"IMAP.AccessAsUser.All", "SMTP.Send"})
      if (scope.find(each) != std::string_view::npos)
        permissions.emplace_back(each);
  return tokens_.issue({directory, client, upn.empty() ? nullptr : &holder,
                        is_for_exchange(scope) ? "https://outlook.office.com" : "https://graph.microsoft.com",
                        permissions, options_.access_token_life});
}

} // namespace postroom::sim
