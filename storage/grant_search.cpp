#include "storage/grant_search.hpp"

#include "base/ascii.hpp"
#include "storage/account_lint.hpp"

#include <algorithm>

namespace postroom::storage {
namespace {

bool is_better(const records::Grant& a, const records::Grant& b) {
  if ((a.revoked_ms() == 0) != (b.revoked_ms() == 0))
    return a.revoked_ms() == 0;
  return a.signed_in_ms() > b.signed_in_ms();
}

} // namespace

void grant_search::add(const records::Grant& of) {
  records::Grant kept = of;
  // Only whether there is one counts here.
  if (!kept.refresh_token().empty())
    kept.set_refresh_token("+");
  kept.clear_access_token();
  kept.clear_resources();
  const auto put = [&](std::map<std::string, std::string>& into, const std::string& key) {
    const auto [at, fresh] = into.try_emplace(key, kept.id());
    // Address and login name are often the same.
    if (!fresh && at->second != kept.id() && is_better(kept, by_id_.at(at->second)))
      at->second = kept.id();
  };
  if (kept.kind() == "client_credentials")
    put(by_app_, kept.provider());
  for (const auto* person : {&kept.delegate(), &kept.upn()})
    if (!person->empty())
      put(by_person_, kept.provider() + '/' + ascii_lower(std::string_view{*person}));
  auto id = kept.id();
  by_id_.insert_or_assign(std::move(id), std::move(kept));
}

const records::Grant* grant_search::by_id(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const records::Grant* grant_search::of(const records::Account& account) const {
  if (!account.grant().empty())
    return by_id(account.grant());
  if (const auto person = by_person_.find(account.provider() + '/' + signer_of(account)); person != by_person_.end())
    return by_id(person->second);
  // A delegate who has not signed in is not replaced by the application.
  if (!account.delegate().empty())
    return nullptr;
  const auto app = by_app_.find(account.provider());
  return app == by_app_.end() ? nullptr : by_id(app->second);
}

} // namespace postroom::storage
