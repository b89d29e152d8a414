#include "sim/identity/authorize_request.hpp"

#include "base/ascii.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/permissions.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

sign_in_refusal malformed(std::string what) {
  return {9002313, "invalid_request", std::move(what), ""};
}

std::optional<response_mode> parse_mode(std::string_view text) {
  if (text.empty() || text == "query")
    return response_mode::query;
  if (text == "fragment")
    return response_mode::fragment;
  if (text == "form_post")
    return response_mode::form_post;
  return std::nullopt;
}

std::optional<sign_in_refusal> read_prompts(std::string_view text, authorize_request& request) {
  for (const auto& prompt : split_scopes(text)) {
    if (prompt == "login")
      request.prompt_login = true;
    else if (prompt == "none")
      request.prompt_none = true;
    else if (prompt == "consent")
      request.prompt_consent = true;
    else if (prompt == "select_account")
      request.prompt_select_account = true;
    else
      return malformed("prompt");
  }
  const bool asks = request.prompt_login || request.prompt_consent || request.prompt_select_account;
  return request.prompt_none && asks ? std::optional{malformed("prompt")} : std::nullopt;
}

std::optional<sign_in_refusal> read_challenge(const form_fields& query, authorize_request& request) {
  const auto challenge = value_of(query, "code_challenge");
  auto method = value_of(query, "code_challenge_method");
  if (challenge.empty()) {
    if (!method.empty())
      return sign_in_refusal{900144, "invalid_request", "code_challenge", ""};
    if (request.kind == redirect_kind::spa)
      return sign_in_refusal{9002325, "invalid_request", "", ""};
    return std::nullopt;
  }
  if (method.empty())
    method = "plain";
  const auto unreserved = [](char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           std::string_view{"-._~"}.find(c) != std::string_view::npos;
  };
  const bool sized = method == "S256" ? challenge.size() == 43 : challenge.size() >= 43 && challenge.size() <= 128;
  if ((method != "S256" && method != "plain") || !sized || !std::ranges::all_of(challenge, unreserved))
    return malformed("code_challenge");
  request.code_challenge = challenge;
  request.code_challenge_method = method;
  return std::nullopt;
}

std::optional<sign_in_refusal> read_scopes(const form_fields& query, authorize_request& request) {
  request.scopes = split_scopes(value_of(query, "scope"));
  if (request.scopes.empty())
    return sign_in_refusal{900144, "invalid_request", "scope", ""};
  if (const auto fault = check_scopes(request.look, request.scopes); fault.code)
    return sign_in_refusal{fault.code, fault.code == 500011 ? "invalid_resource" : "invalid_scope", fault.what, ""};
  // Google's clients ask for a refresh token by a parameter of its own.
  if (request.look == face::google && value_of(query, "access_type") == "offline")
    request.scopes.emplace_back("offline_access");
  return std::nullopt;
}

std::optional<sign_in_refusal> read_rest(const form_fields& query, authorize_request& request) {
  const std::string type{value_of(query, "response_type")};
  if (type.empty())
    return sign_in_refusal{900144, "invalid_request", "response_type", ""};
  if (type != "code")
    return sign_in_refusal{700054, "unsupported_response_type", type, ""};
  if (!parse_mode(value_of(query, "response_mode")))
    return malformed("response_mode");
  if (auto refused = read_prompts(value_of(query, "prompt"), request))
    return refused;
  if (auto refused = read_challenge(query, request))
    return refused;
  return read_scopes(query, request);
}

} // namespace

bool is_any_tenant(std::string_view tenant) {
  return ascii_iequals(tenant, "common") || ascii_iequals(tenant, "organizations");
}

std::optional<sign_in_refusal> check_application(const registry& people, face look, std::string_view tenant,
                                                 std::string_view client_id) {
  const bool any = look == face::google || is_any_tenant(tenant);
  const auto* const directory = any ? nullptr : people.find_tenant(tenant);
  if (!any && (!directory || directory->kind == service::google))
    return sign_in_refusal{90002, "", std::string{tenant}, ""};
  if (client_id.empty())
    return sign_in_refusal{900144, "", "client_id", ""};
  const auto* const client = people.find_application(client_id);
  if (!client || (directory && !client->multi_tenant && client->home_tenant != directory->id))
    return sign_in_refusal{700016, "", std::string{client_id}, directory ? directory->name : std::string{tenant}};
  if (any && look == face::microsoft && !client->multi_tenant)
    return sign_in_refusal{50194, "", client->client_id, client->name};
  return std::nullopt;
}

std::optional<sign_in_refusal> check_redirect_uri(const application& client, const std::string& uri) {
  if (uri.empty())
    return sign_in_refusal{900971, "", "", ""};
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; }; // it becomes a header's value
  if (std::ranges::find(client.redirect_uris, uri, &redirect_uri::uri) == client.redirect_uris.end() ||
      !std::ranges::all_of(uri, visible))
    return sign_in_refusal{50011, "", uri, client.client_id};
  return std::nullopt;
}

std::optional<sign_in_refusal> read_authorize_request(const registry& people, face look, std::string_view tenant,
                                                      const form_fields& query, authorize_request& request) {
  request.look = look;
  request.client_id = value_of(query, "client_id");
  if (auto refused = check_application(people, look, tenant, request.client_id))
    return refused;
  const auto& client = *people.find_application(request.client_id);
  request.client_id = client.client_id;
  request.reply.redirect_uri = value_of(query, "redirect_uri");
  if (auto refused = check_redirect_uri(client, request.reply.redirect_uri))
    return refused;
  request.kind = std::ranges::find(client.redirect_uris, request.reply.redirect_uri, &redirect_uri::uri)->kind;
  request.reply.mode = parse_mode(value_of(query, "response_mode")).value_or(response_mode::query);
  if (const auto state = query.find("state"); state != query.end())
    request.reply.state = state->second;
  request.nonce = value_of(query, "nonce");
  request.login_hint = value_of(query, "login_hint");
  request.domain_hint = ascii_lower(value_of(query, look == face::google ? "hd" : "domain_hint"));
  return read_rest(query, request);
}

http_response answer_client(face look, const client_address& address, parameters values) {
  if (address.state)
    values.emplace_back("state", *address.state);
  if (address.mode == response_mode::form_post)
    return self_posting_form(look, address.redirect_uri, values);
  return redirect_to(add_parameters(address.redirect_uri, values, address.mode == response_mode::fragment));
}

http_response refuse_client(face look, const client_address& address, const sign_in_refusal& why,
                            const std::string& correlation_id, wall_time now) {
  if (look == face::google)
    return answer_client(look, address, {{"error", why.error}});
  return answer_client(look, address,
                       {{"error", why.error}, {"error_description", long_message(why, correlation_id, now)}});
}

} // namespace postroom::sim
