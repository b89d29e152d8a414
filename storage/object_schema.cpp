#include "storage/object_schema.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace postroom::storage {
namespace {

using namespace std::string_view_literals;
using enum field_kind;

constexpr std::array services{"microsoft_azure"sv, "google"sv, "generic_oidc"sv, "password"sv};
constexpr std::array types{"outlook365"sv, "gmail"sv, "imap"sv};
constexpr std::array securities{"tls"sv, "starttls"sv, "plain"sv};
constexpr std::array sasl_methods{"auto"sv, "xoauth2"sv, "oauthbearer"sv, "plain"sv};
constexpr std::array grant_kinds{"refresh_token"sv, "client_credentials"sv, "password"sv};
constexpr std::array transports{"auto"sv, "imap_smtp"sv};
constexpr std::array catch_ups{"new"sv, "since"sv, "all"sv};
constexpr std::array sent_copies{"auto"sv, "yes"sv, "no"sv};
constexpr std::array doubts{"resend"sv, "hold"sv};

/// URLs and file names may be long.
constexpr std::size_t long_bytes = 2048;
/// Refresh tokens of Entra are about 1.5 KB; they may grow.
constexpr std::size_t secret_bytes = 16 * 1024;

constexpr field_rule id_field{"id", text, "Id", {}, true, id_bytes_max};

constexpr std::array tenant_fields{
    id_field,
    field_rule{"name", text, "Name", {}, true},
};

constexpr std::array provider_fields{
    id_field,
    field_rule{"name", text, "Name", {}, true},
    field_rule{"service", text, "Service", services, true},
    field_rule{"type", text, "Type", types},
    field_rule{"application_id", text, "Application Id"},
    field_rule{"directory_id", text, "Tenant Id"},
    field_rule{"client_secret", secret, "Client Secret", {}, false, secret_bytes},
    field_rule{"client_secret_expires", field_kind::time, "Client Secret expires"},
    field_rule{"redirect_uri", text, "Redirect URI", {}, false, long_bytes},
    field_rule{"token_endpoint", text, "Token endpoint", {}, false, long_bytes},
    field_rule{"scope", text, "Scope", {}, false, long_bytes},
    field_rule{"national_cloud", text, "National cloud"},
    field_rule{"imap_host", text, "IMAP host"},
    field_rule{"imap_port", number, "IMAP port"},
    field_rule{"imap_security", text, "IMAP security", securities},
    field_rule{"sasl", text, "SASL mechanism", sasl_methods},
    field_rule{"smtp_host", text, "SMTP host"},
    field_rule{"smtp_port", number, "SMTP port"},
    field_rule{"smtp_security", text, "SMTP security", securities},
    field_rule{"sent_copy", text, "Server keeps a copy in Sent", sent_copies},
    field_rule{"messages_per_minute", number, "Messages per minute and identity", {}, false, 0, 1'000'000},
    field_rule{"smtp_connections", number, "SMTP connections per identity", {}, false, 0, 1000},
    field_rule{"recipients_per_day", number, "Recipients per day and identity", {}, false, 0, 100'000'000},
    field_rule{"ca_file", text, "CA file", {}, false, long_bytes},
    field_rule{"purposes", text, "Permissions"},
    field_rule{"certificate", lines, "Certificate", {}, false, secret_bytes},
    field_rule{"certificate_key", secret, "Certificate's private key", {}, false, secret_bytes},
    field_rule{"allowed_directories", text, "Directories whose people may sign in", {}, false, long_bytes},
    field_rule{"discovery_url", text, "Discovery document", {}, false, long_bytes},
    field_rule{"authorization_endpoint", text, "Authorization endpoint", {}, false, long_bytes},
    field_rule{"device_authorization_endpoint", text, "Device authorization endpoint", {}, false, long_bytes},
    field_rule{"revocation_endpoint", text, "Revocation endpoint", {}, false, long_bytes},
    field_rule{"jwks_uri", text, "Key set", {}, false, long_bytes},
    field_rule{"issuer", text, "Issuer", {}, false, long_bytes},
    field_rule{"graph_endpoint", text, "Microsoft Graph", {}, false, long_bytes},
    field_rule{"proxy", text, "HTTP proxy", {}, false, long_bytes},
    field_rule{"proxy_password", secret, "HTTP proxy's password", {}, false, secret_bytes},
};

constexpr std::array grant_fields{
    id_field,
    field_rule{"provider", text, "Cloud Provider", {}, true, id_bytes_max},
    field_rule{"kind", text, "Kind", grant_kinds},
    field_rule{"delegate", text, "Modern Authentication Email"},
    field_rule{"refresh_token", secret, "Refresh token", {}, false, secret_bytes},
    field_rule{"password", secret, "Password", {}, false, secret_bytes},
};

constexpr std::array account_fields{
    id_field,
    field_rule{"name", text, "Name", {}, true},
    field_rule{"key", text, "Key", {}, false, 20},
    field_rule{"email", text, "Email Address", {}, true, 320},
    field_rule{"list", text, "List", {}, false, id_bytes_max},
    field_rule{"active", flag, "Active"},
    field_rule{"service", text, "Service", types},
    field_rule{"modern_authentication", flag, "Modern Authentication"},
    field_rule{"username", text, "Username", {}, false, 320},
    field_rule{"provider", text, "Cloud Provider", {}, true, id_bytes_max},
    field_rule{"delegate", text, "Modern Authentication Email", {}, false, 320},
    field_rule{"description", lines, "Description", {}, false, 4096},
    field_rule{"transport", text, "Transport", transports},
    field_rule{"grant", text, "Grant", {}, false, id_bytes_max},
    field_rule{"folder", text, "Folder", {}, false, 1024},
    field_rule{"catch_up", text, "Catch up", catch_ups},
    field_rule{"catch_up_since", field_kind::time, "Catch up since"},
    field_rule{"in_doubt", text, "When it is not known whether a mail was sent", doubts},
    field_rule{"upn", text, "Login name of the mailbox", {}, false, 320},
};

const google::protobuf::FieldDescriptor* descriptor_of(const google::protobuf::Message& of, const field_rule& rule) {
  std::string name{rule.name};
  if (rule.kind == field_kind::time)
    name += "_ms";
  return of.GetDescriptor()->FindFieldByName(name);
}

/// Valid UTF-8 without control characters: what is shown on pages and in logs. Descriptions may have several lines.
std::optional<std::string> problem_of_text(std::string_view text, const field_rule& rule) {
  if (text.size() > rule.bytes_max)
    return "is longer than " + std::to_string(rule.bytes_max) + " bytes";
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const bool line_end = rule.kind == lines && (c == '\n' || c == '\r' || c == '\t');
    if ((c < 0x20 && !line_end) || c == 0x7f)
      return "has a control character";
    const auto bytes = utf8_character_bytes(text.substr(at));
    if (bytes == 0)
      return "is not valid UTF-8";
    at += bytes;
  }
  if (text.empty() || rule.choices.empty() || std::ranges::find(rule.choices, text) != rule.choices.end())
    return {};
  std::string problem = "must be one of";
  for (const auto choice : rule.choices)
    problem.append(choice == rule.choices.front() ? " " : ", ").append(choice);
  return problem + near_miss(text, rule.choices);
}

std::optional<std::string> set_number(google::protobuf::Message& into,
                                      const google::protobuf::FieldDescriptor* descriptor, std::int64_t value,
                                      std::int64_t max) {
  if (value < 1 || value > max)
    return "must lie between 1 and " + std::to_string(max);
  into.GetReflection()->SetUInt32(&into, descriptor, static_cast<std::uint32_t>(value));
  return {};
}

std::optional<std::string> set_time(google::protobuf::Message& into,
                                    const google::protobuf::FieldDescriptor* descriptor, const field_value& value) {
  auto at = std::get_if<wall_time>(&value) ? std::optional{std::get<wall_time>(value)} : std::nullopt;
  if (const auto* spelled = std::get_if<std::string>(&value))
    at = parse_rfc3339(*spelled);
  if (!at || at->time_since_epoch().count() <= 0)
    return "must be a time like 2026-11-24T02:09:11Z";
  into.GetReflection()->SetInt64(&into, descriptor, at->time_since_epoch().count());
  return {};
}

/// Levenshtein's distance; both words are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

} // namespace

std::string_view to_string(object_kind kind) noexcept {
  constexpr std::array names{"tenant"sv, "provider"sv, "grant"sv, "account"sv};
  return names[static_cast<std::size_t>(kind)];
}

std::span<const field_rule> fields_of(object_kind kind) noexcept {
  switch (kind) {
  case object_kind::tenant:
    return tenant_fields;
  case object_kind::provider:
    return provider_fields;
  case object_kind::grant:
    return grant_fields;
  case object_kind::account:
    break;
  }
  return account_fields;
}

const field_rule* find_field(object_kind kind, std::string_view name) noexcept {
  const auto fields = fields_of(kind);
  const auto found = std::ranges::find(fields, name, &field_rule::name);
  return found == fields.end() ? nullptr : &*found;
}

std::string near_miss(std::string_view wrong, std::span<const std::string_view> allowed) {
  if (wrong.size() > id_bytes_max)
    return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const auto word : allowed)
    if (const auto d = distance(wrong, word); d < best_distance) {
      best = word;
      best_distance = d;
    }
  return best.empty() ? std::string{} : " (did you mean '" + std::string{best} + "'?)";
}

std::string near_miss(object_kind kind, std::string_view wrong_field) {
  std::vector<std::string_view> names;
  for (const auto& rule : fields_of(kind))
    names.push_back(rule.name);
  return near_miss(wrong_field, names);
}

std::optional<std::string> set_field(google::protobuf::Message& into, const field_rule& rule,
                                     const field_value& value) {
  const auto* descriptor = descriptor_of(into, rule);
  switch (rule.kind) {
  case field_kind::flag:
    if (!std::holds_alternative<bool>(value))
      return "must be true or false";
    into.GetReflection()->SetBool(&into, descriptor, std::get<bool>(value));
    return {};
  case field_kind::number:
    if (!std::holds_alternative<std::int64_t>(value))
      return "must be a whole number";
    return set_number(into, descriptor, std::get<std::int64_t>(value), rule.number_max);
  case field_kind::time:
    return set_time(into, descriptor, value);
  case field_kind::text:
  case field_kind::lines:
  case field_kind::secret:
    break;
  }
  const auto* spelled = std::get_if<std::string>(&value);
  if (!spelled)
    return "must be a text";
  if (auto problem = problem_of_text(*spelled, rule))
    return problem;
  into.GetReflection()->SetString(&into, descriptor, *spelled);
  return {};
}

void clear_field(google::protobuf::Message& in, const field_rule& rule) {
  in.GetReflection()->ClearField(&in, descriptor_of(in, rule));
}

std::optional<field_value> get_field(const google::protobuf::Message& from, const field_rule& rule) {
  const auto* descriptor = descriptor_of(from, rule);
  const auto* reflection = from.GetReflection();
  switch (rule.kind) {
  case field_kind::flag:
    return reflection->GetBool(from, descriptor);
  case field_kind::number: {
    const auto value = reflection->GetUInt32(from, descriptor);
    return value == 0 ? std::optional<field_value>{} : static_cast<std::int64_t>(value);
  }
  case field_kind::time: {
    const auto ms = reflection->GetInt64(from, descriptor);
    return ms == 0 ? std::optional<field_value>{} : wall_time{std::chrono::milliseconds{ms}};
  }
  case field_kind::text:
  case field_kind::lines:
  case field_kind::secret:
    break;
  }
  return reflection->GetString(from, descriptor);
}

} // namespace postroom::storage
