#include "api/access_tokens.hpp"

#include "base/crypto.hpp"
#include "storage/blocking.hpp"

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

constexpr std::string_view token_prefix = "postroom_";
constexpr std::size_t random_bytes_count = 32;
/// base64url of 32 bytes without padding.
constexpr std::size_t random_characters = 43;
/// 48 of the 256 bits name the record; the rest stays unknown to who sees the id.
constexpr std::size_t id_characters = 8;
constexpr std::size_t note_bytes_max = 256;
constexpr std::array<std::string_view, 3> scope_names{"read", "write", "admin"};

} // namespace

std::string hash_of_token(std::string_view plain) {
  return std::string{as_view(sha256(plain))};
}

std::string_view to_string(scope s) noexcept {
  return scope_names[static_cast<std::size_t>(s)];
}

result<scope> parse_scope(std::string_view text) {
  const auto found = std::ranges::find(scope_names, text);
  if (found == scope_names.end())
    return fail(errc::invalid_argument, "a scope is read, write or admin");
  return static_cast<scope>(found - scope_names.begin());
}

result<new_token> draw_token(const token_wish& wish, wall_time now) {
  if (wish.scopes.empty())
    return fail(errc::invalid_argument, "a token needs at least one scope");
  if (wish.note.size() > note_bytes_max)
    return fail(errc::invalid_argument, "the note is longer than " + std::to_string(note_bytes_max) + " bytes");
  if (!wish.tenant.empty() && !is_valid_id(wish.tenant.str()))
    return fail(errc::invalid_argument, "the tenant is not an id");
  new_token made;
  made.plain = secret<>{std::string{token_prefix} + base64url_encode(random_string(random_bytes_count))};
  const auto id = id_of_token(made.plain.expose());
  if (!id)
    return id.error();
  made.id = *id;
  made.record.set_id(id->str());
  made.record.set_hash(hash_of_token(made.plain.expose()));
  made.record.set_tenant(wish.tenant.str());
  for (const auto each : wish.scopes)
    made.record.add_scopes(std::string{to_string(each)});
  made.record.set_note(wish.note);
  made.record.set_created_ms(now.time_since_epoch().count());
  made.record.set_expires_ms(wish.expires_ms);
  return made;
}

result<new_token> create_token(storage::store& store, const token_wish& wish, wall_time now) {
  auto made = draw_token(wish, now);
  if (!made)
    return made;
  if (auto done = storage::commit_now(store, {storage::put_config(made->record, revision{0})}); !done)
    return done.error();
  return made;
}

result<token_id> id_of_token(std::string_view plain) {
  const auto characters = plain.substr(std::min(token_prefix.size(), plain.size()));
  if (!plain.starts_with(token_prefix) || characters.size() != random_characters || !is_valid_id(characters))
    return fail(errc::unauthenticated, "this is not a token of Postroom");
  return token_id{"tok_" + std::string{characters.substr(0, id_characters)}};
}

bool has_hash(const records::ApiToken& record, std::string_view hash, wall_time now) {
  const bool expired = record.expires_ms() != 0 && record.expires_ms() <= now.time_since_epoch().count();
  return constant_time_equal(record.hash(), hash) && !expired;
}

bool is_token_of(const records::ApiToken& record, std::string_view plain, wall_time now) {
  return has_hash(record, hash_of_token(plain), now);
}

scope scope_of(const records::ApiToken& record) {
  auto highest = scope::read;
  for (const auto& each : record.scopes())
    if (const auto known = parse_scope(each))
      highest = std::max(highest, *known);
  return highest;
}

} // namespace postroom::api
