#include "sim/world.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <array>
#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::array<std::string_view, 12> departments{"support", "sales",   "orders", "billing", "service", "info",
                                                       "returns", "careers", "claims", "press",   "office",  "hotline"};

/// `support@…`, `sales@…`, …, then `support-2@…`.
std::string address_of(std::size_t number, const std::string& domain) {
  const auto round = number / departments.size();
  return std::string{departments[number % departments.size()]} + (round ? "-" + std::to_string(round + 1) : "") + "@" +
         domain;
}

http_response respond(http::status status, std::string body,
                      std::string_view type = "application/json; charset=utf-8") {
  http_response response{status, 11};
  response.set(http::field::content_type, type);
  response.set(http::field::cache_control, "no-store, no-cache");
  response.body() = std::move(body);
  return response;
}

} // namespace

world::world(const stand_in_options& options, std::string identity_url)
    : client_secret("sim~" + base64url_encode(random_string(24))), delegate("dora.delegate@" + options.domain),
      tokens(identity_url, time), entra({tenant_id, client_id, client_secret, options.access_token_life}, tokens, time),
      refresh_token(entra.sign_in(delegate)), identity_url_(std::move(identity_url)), generator_(options.seed),
      random_(options.seed) {
  for (std::size_t i = 0; i < options.mailboxes; ++i) {
    mailboxes.push_back(address_of(i, options.domain));
    mail.add(mailboxes.back());
    mail.allow(delegate, mailboxes.back());
    mail.allow_send_as(delegate, mailboxes.back());
    mail.allow(client_id, mailboxes.back());
    mail.allow_send_as(client_id, mailboxes.back());
  }
  mail.add(delegate);
  fill(options.initial_mails_per_mailbox);
}

void world::fill(std::size_t mails_each) {
  const auto now = time.now();
  for (const auto& address : mailboxes)
    for (std::size_t left = mails_each; left > 0; --left) {
      const auto received = now - std::chrono::minutes{37} * left;
      mail.find(address)->inbox().add(std::make_shared<const std::string>(generator_.make(address, received)),
                                      received);
    }
}

result<std::uint32_t> world::deliver(const std::string& address, std::string raw) {
  auto* const into = mail.find(address);
  if (!into)
    return fail(errc::not_found, address);
  ++stats.mails_delivered;
  return into->inbox().add(std::make_shared<const std::string>(std::move(raw)), time.now());
}

result<std::uint32_t> world::deliver_generated(const std::string& address) {
  return deliver(address, generator_.make(address, time.now()));
}

void world::deliver_somewhere() {
  std::uniform_int_distribution<std::size_t> any{0, mailboxes.size() - 1};
  (void)deliver_generated(mailboxes[any(random_)]);
}

std::string world::discovery() const {
  const auto base = identity_url_ + "/" + tenant_id;
  return json::serialize(json::object{{"issuer", base + "/v2.0"},
                                      {"token_endpoint", base + "/oauth2/v2.0/token"},
                                      {"jwks_uri", base + "/discovery/v2.0/keys"}});
}

http_response world::answer(const http_request& request) {
  const std::string_view target{request.target().data(), request.target().size()};
  const auto path = target.substr(0, target.find('?'));
  constexpr std::string_view token = "/oauth2/v2.0/token", deliver_to = "/sim/deliver/";
  if (request.method() == http::verb::post && path.ends_with(token)) {
    ++stats.token_requests;
    auto answer = entra.token_request(path.substr(1, path.size() - token.size() - 1), parse_form(request.body()));
    return respond(static_cast<http::status>(answer.status), std::move(answer.body));
  }
  if (request.method() == http::verb::post && path.starts_with(deliver_to)) {
    const auto uid = deliver(std::string{path.substr(deliver_to.size())}, request.body());
    return uid ? respond(http::status::ok, json::serialize(json::object{{"uid", *uid}}))
               : respond(http::status::not_found, "{}");
  }
  if (path == "/sim/stats")
    return respond(http::status::ok,
                   json::serialize(json::object{{"connections", stats.connections},
                                                {"idling", stats.idling},
                                                {"logins", stats.logins},
                                                {"logins_refused", stats.logins_refused},
                                                {"token_requests", stats.token_requests},
                                                {"mails_delivered", stats.mails_delivered},
                                                {"mails_fetched", stats.mails_fetched},
                                                {"bytes_sent", stats.bytes_sent},
                                                {"submission_logins", stats.submission_logins},
                                                {"submission_logins_refused", stats.submission_logins_refused},
                                                {"mails_submitted", stats.mails_submitted},
                                                {"mails_refused", stats.mails_refused}}));
  if (path.ends_with("/discovery/v2.0/keys"))
    return respond(http::status::ok, tokens.key_set());
  if (path.ends_with("/v2.0/.well-known/openid-configuration"))
    return respond(http::status::ok, discovery());
  return respond(http::status::not_found, "not here\n", "text/plain");
}

} // namespace postroom::sim
