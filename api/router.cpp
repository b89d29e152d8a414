#include "api/router.hpp"

#include "api/store_calls.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <charconv>

namespace postroom::api {
namespace {

/// Deepest path we have, with room for a wrong one to be told apart.
constexpr std::size_t segments_max = 12;
constexpr std::size_t parameters_max = 16;

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size())
        return {};
      const auto byte = hex_decode(text.substr(i + 1, 2));
      if (!byte)
        return {};
      out += *byte;
      i += 2;
    }
  }
  return out;
}

} // namespace

result<void> read_form(std::string_view text, std::map<std::string, std::string>& into) {
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    const auto name = percent_decode(pair.substr(0, equals), true);
    const auto value = equals == std::string_view::npos ? std::optional<std::string>{""}
                                                        : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value)
      return fail(errc::invalid_argument, "the query has a malformed percent escape");
    if (into.size() >= parameters_max)
      return fail(errc::invalid_argument, "the query has too many parameters");
    if (!into.emplace(*name, *value).second)
      return fail(errc::invalid_argument, "the query names a parameter twice");
  }
  return {};
}

namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos || parts.size() > segments_max)
      return parts;
    path.remove_prefix(slash + 1);
  }
}

bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::map<std::string, std::string, std::less<>>& params) {
  const auto parts = split(pattern);
  if (parts.size() != segments.size())
    return false;
  params.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].starts_with('{')) {
      if (parts[i] != segments[i])
        return false;
    } else if (is_valid_id(segments[i])) {
      params.emplace(parts[i].substr(1, parts[i].size() - 2), segments[i]);
    } else {
      return false;
    }
  }
  return true;
}

constexpr std::string_view bearer = "Bearer ";

bool is_bearer(std::string_view header) {
  return header.size() > bearer.size() && std::ranges::equal(header.substr(0, bearer.size()), bearer,
                                                             [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

scope scope_needed(access needs) {
  switch (needs) {
  case access::admin:
    return scope::admin;
  case access::write:
    return scope::write;
  case access::anybody:
  case access::loopback_or_read:
  case access::read:
    break;
  }
  return scope::read;
}

result<void> choose_tenant(request& what) {
  const auto named = what.query.find("tenant");
  if (named != what.query.end() && !is_valid_id(named->second))
    return fail(errc::invalid_argument, "the parameter tenant is not an id");
  std::optional<tenant_id> wanted = what.tenant_in_path;
  if (named != what.query.end()) {
    if (wanted && wanted->str() != named->second)
      return fail(errc::invalid_argument, "the path and the parameter tenant name different tenants");
    wanted = tenant_id{named->second};
  }
  if (!what.token_tenant.empty() && wanted && *wanted != what.token_tenant)
    return fail(errc::forbidden, "the token is for the tenant " + what.token_tenant.str());
  if (wanted)
    what.tenant = *wanted;
  else
    what.tenant = what.token_tenant.empty() ? tenant_id{default_tenant} : what.token_tenant;
  return {};
}

error unknown_token() {
  return fail(errc::unauthenticated, "the token is unknown or has expired");
}

/// The token as it is stored, if it is still good. One that was made for a tenant that is gone is not: it must not open
/// the next one of that id.
awaitable<result<records::ApiToken>> good_token(const services& world, token_in_use token) {
  auto pending = fetch<records::ApiToken>(world.store, storage::keys::api_token(token.id));
  auto stored = co_await std::move(pending);
  if (!stored)
    co_return stored.error();
  if (!*stored || !has_hash((*stored)->value, token.hash, world.time.now()))
    co_return unknown_token();
  auto record = std::move((*stored)->value);
  if (!record.tenant().empty()) {
    const tenant_id bound_to{record.tenant()};
    auto asked = fetch<records::Tenant>(world.store, storage::keys::tenant(bound_to));
    const auto tenant = co_await std::move(asked);
    if (!tenant)
      co_return tenant.error();
    if (!*tenant)
      co_return unknown_token();
  }
  co_return record;
}

awaitable<result<records::ApiToken>> find_token(const services& world, const request& what) {
  if (what.authorization.empty())
    co_return fail(errc::unauthenticated, "the header Authorization is missing");
  if (!is_bearer(what.authorization))
    co_return fail(errc::unauthenticated, "the header Authorization is not 'Bearer <token>'");
  const std::string_view plain = std::string_view{what.authorization}.substr(bearer.size());
  const auto id = id_of_token(plain);
  if (!id)
    co_return id.error();
  token_in_use shown{*id, hash_of_token(plain)};
  auto pending = good_token(world, std::move(shown));
  co_return co_await std::move(pending);
}

} // namespace

const std::vector<route>& all_routes() {
  static const std::vector<route> routes = [] {
    std::vector<route> all;
    for (const auto part : {health_routes(), knowledge_routes(), event_routes(), diagnosis_routes(), message_routes(),
                            account_routes(), grant_routes(), provider_routes(), tenant_routes(), token_routes(),
                            outbox_routes(), upload_routes(), import_routes(), lint_routes(), authenticate_routes(),
                            sign_in_page_routes(), device_sign_in_routes(), sign_in_health_routes()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return routes;
}

result<void> read_target(std::string_view target, request& into) {
  if (!target.starts_with('/'))
    return fail(errc::invalid_argument, "the request target must be a path");
  const auto question = target.find('?');
  const auto path = target.substr(0, question);
  into.path = path;
  for (const auto part : split(path)) {
    auto decoded = percent_decode(part, false);
    if (!decoded)
      return fail(errc::invalid_argument, "the path has a malformed percent escape");
    into.segments.push_back(std::move(*decoded));
  }
  return question == std::string_view::npos ? result<void>{} : read_form(target.substr(question + 1), into.query);
}

routed find_route(request& what) {
  auto& segments = what.segments;
  if (segments.size() > 3 && segments[0] == "v1" && segments[1] == "tenants" && is_valid_id(segments[2])) {
    what.tenant_in_path = tenant_id{segments[2]};
    segments.erase(segments.begin() + 1, segments.begin() + 3);
  }
  const auto wanted = what.method == method::head ? method::get : what.method;
  routed answer;
  for (const auto& each : all_routes()) {
    std::map<std::string, std::string, std::less<>> params;
    if ((what.tenant_in_path && !each.of_tenant) || !matches(each.pattern, segments, params))
      continue;
    if (each.method == wanted) {
      what.params = std::move(params);
      answer.found = &each;
      return answer;
    }
    answer.allow.append(answer.allow.empty() ? "" : ", ").append(boost::beast::http::to_string(each.method));
    if (each.method == method::get)
      answer.allow.append(", HEAD");
  }
  return answer;
}

awaitable<result<void>> authorize(const services& world, const route& to, request& what) {
  const bool open = to.needs == access::anybody || (to.needs == access::loopback_or_read && what.from_loopback);
  if (open)
    co_return result<void>{};
  auto pending = find_token(world, what);
  const auto token = co_await std::move(pending);
  if (!token)
    co_return token.error();
  const auto needed = scope_needed(to.needs);
  if (token->scopes().empty() || scope_of(*token) < needed)
    co_return fail(errc::forbidden, "the token lacks the scope " + std::string{to_string(needed)});
  what.token_tenant = tenant_id{token->tenant()};
  what.token = {token_id{token->id()}, token->hash()};
  if (to.of_tenant)
    co_return choose_tenant(what);
  co_return result<void>{};
}

awaitable<result<void>> check_again(const services& world, token_in_use token) {
  auto pending = good_token(world, std::move(token));
  const auto still = co_await std::move(pending);
  co_return still ? result<void>{} : result<void>{still.error()};
}

std::string location_of(const request& what, const std::string& id) {
  auto out = what.path + "/" + id;
  if (!what.tenant.empty() && what.query.contains("tenant"))
    out += "?tenant=" + what.tenant.str();
  return out;
}

result<std::uint64_t> number_of(const request& from, const std::string& name, std::uint64_t otherwise,
                                std::uint64_t min, std::uint64_t max) {
  const auto found = from.query.find(name);
  if (found == from.query.end())
    return otherwise;
  std::uint64_t value = 0;
  const auto* end = found->second.data() + found->second.size();
  const auto [stop, failed] = std::from_chars(found->second.data(), end, value);
  if (failed != std::errc{} || stop != end || value < min || value > max)
    return fail(errc::invalid_argument, "the parameter " + name + " must be a number between " + std::to_string(min) +
                                            " and " + std::to_string(max));
  return value;
}

result<void> only_parameters(const request& of, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : of.query)
    if (name != "tenant" && std::ranges::find(known, std::string_view{name}) == known.end())
      return fail(errc::invalid_argument,
                  "there is no parameter '" + name.substr(0, id_bytes_max) + "' here" +
                      storage::near_miss(name, std::span<const std::string_view>{known.begin(), known.size()}));
  return {};
}

} // namespace postroom::api
