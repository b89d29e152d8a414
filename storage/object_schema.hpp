#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include "records.pb.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What may be written into a configuration object, whoever writes it: the API and the configuration file check with
/// this one table. Knows neither JSON nor TOML. Pure, thread-safe.
namespace postroom::storage {

enum class field_kind : std::uint8_t {
  text,
  lines, ///< a text of several lines
  flag,
  number,
  time,   ///< RFC 3339 text or a time; stored in `<name>_ms`
  secret, ///< never stored as it is and never shown; the caller keeps and seals it
};

/// One field that people may set. `name` is the same in the API, the configuration file and the record.
struct field_rule {
  std::string_view name;
  field_kind kind = field_kind::text;
  std::string_view label;                      ///< as the user's manual calls it
  std::span<const std::string_view> choices{}; ///< allowed texts; empty: any
  bool required = false;
  std::size_t bytes_max = 256;
  std::int64_t number_max = 65535;
};

/// What a provider's permissions may be for: the words of `purposes`. protocol/oauth2/purposes.hpp knows their scopes.
inline constexpr std::array<std::string_view, 6> purpose_names{"imap",       "smtp",     "graph_read",
                                                               "graph_send", "contacts", "settings"};

enum class object_kind : std::uint8_t { tenant, provider, grant, account };
/// `tenant`, `provider`, …
[[nodiscard]] std::string_view to_string(object_kind kind) noexcept;
/// The fields in the order they are shown.
[[nodiscard]] std::span<const field_rule> fields_of(object_kind kind) noexcept;
/// Null when there is no such field.
[[nodiscard]] const field_rule* find_field(object_kind kind, std::string_view name) noexcept;
/// ` (did you mean 'x'?)` for the allowed word that is nearest to a wrong one; empty when none is near.
[[nodiscard]] std::string near_miss(std::string_view wrong, std::span<const std::string_view> allowed);
[[nodiscard]] std::string near_miss(object_kind kind, std::string_view wrong_field);

using field_value = std::variant<std::string, bool, std::int64_t, wall_time>;

/// Writes one value into a record of the kind the rule belongs to. Answers what is wrong with its type or form, else
/// nothing. Rules that need more than one field are in validate(). Not for secrets.
[[nodiscard]] std::optional<std::string> set_field(google::protobuf::Message& into, const field_rule& rule,
                                                   const field_value& value);
/// Back to the default of the field.
void clear_field(google::protobuf::Message& in, const field_rule& rule);
/// The value of a field that is not a secret; nothing for a time that is not set.
[[nodiscard]] std::optional<field_value> get_field(const google::protobuf::Message& from, const field_rule& rule);

/// What a new account has before anything is said: active, with modern authentication.
void set_initial(records::Account& of);
/// Fills in texts that are empty (type, transport, folder, …). Idempotent.
void set_defaults(records::Provider& of);
void set_defaults(records::Grant& of);
void set_defaults(records::Account& of, const records::Provider* provider);

struct field_problem {
  std::string field;
  std::string problem;
  friend bool operator==(const field_problem&, const field_problem&) = default;
};

/// Everything that is wrong with a whole object, in the order of its fields.
[[nodiscard]] std::vector<field_problem> validate(const records::Tenant& of);
/// `has_secret`: a client secret is given or stored; `has_proxy_password`: likewise.
[[nodiscard]] std::vector<field_problem> validate(const records::Provider& of, bool has_secret,
                                                  bool has_proxy_password = false);
/// `has_secret`: a refresh token or password is given or stored.
[[nodiscard]] std::vector<field_problem> validate(const records::Grant& of, bool has_secret);
[[nodiscard]] std::vector<field_problem> validate(const records::Account& of);

/// What is wrong between objects that refer to each other; null: there is no such object.
[[nodiscard]] std::vector<field_problem> check_references(const records::Grant& of, const records::Provider* provider);
[[nodiscard]] std::vector<field_problem> check_references(const records::Account& of, const records::Provider* provider,
                                                          const records::Grant* grant);

/// `2026-11-24T02:09:11.123Z` or with an offset (RFC 3339 §5.6); nothing when it is not one or lies before 1970.
[[nodiscard]] std::optional<wall_time> parse_rfc3339(std::string_view text);

} // namespace postroom::storage
