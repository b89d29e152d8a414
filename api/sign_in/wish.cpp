#include "api/sign_in/wish.hpp"

#include "api/objects.hpp"

#include <algorithm>
#include <array>

namespace postroom::api::sign_in {
namespace {

/// As long as the field `delegate` of an account.
constexpr std::size_t address_bytes_max = 320;
/// Of OpenID Connect Core §3.1.2.1; `none` would let nobody do anything.
constexpr std::array<std::string_view, 3> prompts{"login", "consent", "select_account"};

std::optional<std::string> take_text(const json_value& from, std::size_t bytes_max, std::string& into) {
  if (std::holds_alternative<std::nullptr_t>(from))
    return {};
  const auto* text = std::get_if<std::string>(&from);
  if (!text)
    return "must be a text";
  if (text->size() > bytes_max)
    return "is longer than " + std::to_string(bytes_max) + " bytes";
  into = *text;
  return {};
}

std::optional<std::string> take_delegate(const json_value& from, std::string& into) {
  if (auto wrong = take_text(from, address_bytes_max, into))
    return wrong;
  const bool plain =
      std::ranges::none_of(into, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; });
  if (!into.empty() && (!plain || into.find('@') == std::string::npos))
    return "must be the login name or the address of who is to sign in";
  return {};
}

std::optional<std::string> take_prompt(const json_value& from, std::string& into) {
  if (auto wrong = take_text(from, address_bytes_max, into))
    return wrong;
  if (!into.empty() && std::ranges::find(prompts, into) == prompts.end())
    return "must be one of login, consent, select_account" + storage::near_miss(into, prompts);
  return {};
}

std::optional<std::string> take_grant(const json_value& from, std::string& into) {
  if (auto wrong = take_text(from, id_bytes_max, into))
    return wrong;
  if (!into.empty() && !is_valid_id(into))
    return "is not an id";
  return {};
}

std::optional<std::string> take_field(const std::string& name, const json_value& value, wish_form form, wish& into) {
  if (name == "delegate")
    return take_delegate(value, into.delegate);
  if (name == "grant")
    return take_grant(value, into.grant);
  if (form == wish_form::browser && name == "prompt")
    return take_prompt(value, into.prompt);
  if (form == wish_form::browser && name == "form_post") {
    const auto* flag = std::get_if<bool>(&value);
    into.form_post = flag && *flag;
    return flag ? std::optional<std::string>{} : "must be true or false";
  }
  constexpr std::array<std::string_view, 4> names{"delegate", "grant", "prompt", "form_post"};
  return "is not a field here" + storage::near_miss(name, names);
}

std::optional<error> without_sign_in(const records::Provider& of) {
  if (of.service() == "password")
    return fail(errc::invalid_argument, "provider '" + of.id() +
                                            "' is of the service password: nobody signs in there; its grants have "
                                            "passwords");
  return {};
}

awaitable<boost::system::result<void, problem>> check_grant(const services& world, const request& of, wish& wanted,
                                                            const std::string& provider) {
  const auto grant = co_await fetch_existing<records::Grant>(
      world.store, storage::keys::grant(of.tenant, grant_id{wanted.grant}), "grant '" + wanted.grant + "'");
  if (!grant)
    co_return problem{grant.error()};
  if (grant->value.provider() != provider)
    co_return invalid({{"grant", "belongs to the provider " + grant->value.provider()}});
  if (grant->value.kind() != "refresh_token")
    co_return invalid({{"grant", "is of the kind " + grant->value.kind() + ": nobody signs in for it"}});
  if (wanted.delegate.empty())
    wanted.delegate = grant->value.delegate();
  co_return boost::system::result<void, problem>{};
}

} // namespace

boost::system::result<wish, problem> read_wish(const request& of, wish_form form) {
  wish out;
  if (of.body.empty())
    return out;
  const auto fields = body_of(of);
  if (!fields)
    return fields.error();
  std::vector<storage::field_problem> wrong;
  for (const auto& [name, value] : *fields)
    if (auto found = take_field(name, value, form, out))
      wrong.push_back({name, std::move(*found)});
  if (!wrong.empty())
    return invalid(std::move(wrong));
  return out;
}

awaitable<boost::system::result<records::Provider, problem>> check_wish(const services& world, const request& of,
                                                                        wish& wanted) {
  const auto id = of.param("provider");
  const auto found = co_await fetch_existing<records::Provider>(
      world.store, storage::keys::provider(of.tenant, provider_id{id}), "provider '" + id + "'");
  if (!found)
    co_return problem{found.error()};
  if (auto why = without_sign_in(found->value))
    co_return problem{std::move(*why)};
  if (!wanted.grant.empty()) {
    const auto fits = co_await check_grant(world, of, wanted, id);
    if (!fits)
      co_return fits.error();
  }
  co_return found->value;
}

} // namespace postroom::api::sign_in
