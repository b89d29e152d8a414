#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// API tokens: `postroom_` and 32 random bytes in base64url. Stored is only the SHA-256 of the whole; the record's id
/// comes from the first characters, so that a token is found with one look-up and compared in constant time.
namespace postroom::api {

/// What a token may do; each includes those before it. Accounts need `write`, all other configuration `admin`.
enum class scope : std::uint8_t { read, write, admin };
[[nodiscard]] std::string_view to_string(scope s) noexcept;
[[nodiscard]] result<scope> parse_scope(std::string_view text);

/// A token that was just made. The plain text is not kept anywhere: show it once.
struct new_token {
  token_id id;
  secret<> plain;
  records::ApiToken record;
};
struct token_wish {
  std::string note;
  tenant_id tenant; ///< empty: all tenants
  std::vector<scope> scopes;
  std::int64_t expires_ms = 0; ///< 0: never
};

/// Draws a token; the caller stores `record`. `invalid_argument` without a scope, or with a note
/// that is too long.
[[nodiscard]] result<new_token> draw_token(const token_wish& wish, wall_time now);

/// Draws and stores a token, waiting for the store: for the command line. The token works once this returns.
[[nodiscard]] result<new_token> create_token(storage::store& store, const token_wish& wish, wall_time now);

/// The id under which a token would be stored; `unauthenticated` when the text cannot be a token.
[[nodiscard]] result<token_id> id_of_token(std::string_view plain);
/// What is stored of a token.
[[nodiscard]] std::string hash_of_token(std::string_view plain);
/// Whether `record` is of the token with that hash and has not expired.
[[nodiscard]] bool has_hash(const records::ApiToken& record, std::string_view hash, wall_time now);
/// Whether `plain` is the token of `record` and has not expired.
[[nodiscard]] bool is_token_of(const records::ApiToken& record, std::string_view plain, wall_time now);
/// The highest scope of a token.
[[nodiscard]] scope scope_of(const records::ApiToken& record);

} // namespace postroom::api
