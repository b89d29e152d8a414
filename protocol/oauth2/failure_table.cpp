#include "protocol/knowledge/identity_word_entries.hpp"
#include "protocol/oauth2/failure.hpp"

#include <algorithm>
#include <array>

// Which row of the table of known errors a refusal is. The rows say what it means; a new number needs nothing here.
namespace postroom::oauth2 {
namespace {

using knowledge::entry;

consteval const entry* row(std::string_view key) {
  return &knowledge::row_of(knowledge::identity_word_entries, key);
}

// The rows' keys are the words themselves.
constexpr std::array suberrors{row("bad_token"),
                               row("token_expired"),
                               row("basic_action"),
                               row("additional_action"),
                               row("message_only"),
                               row("consent_required"),
                               row("user_password_expired"),
                               row("protection_policy_required"),
                               row("client_mismatch"),
                               row("device_authentication_failed"),
                               row("invalid_rapt")};

constexpr std::array errors{row("invalid_client"),
                            row("unauthorized_client"),
                            row("deleted_client"),
                            row("org_internal"),
                            row("redirect_uri_mismatch"),
                            row("invalid_grant"),
                            row("interaction_required"),
                            row("consent_required"),
                            row("login_required"),
                            row("account_selection_required"),
                            row("access_denied"),
                            row("authorization_declined"),
                            row("admin_policy_enforced"),
                            row("authorization_pending"),
                            row("slow_down"),
                            row("expired_token"),
                            row("bad_verification_code"),
                            row("temporarily_unavailable"),
                            row("server_error"),
                            row("internal_failure"),
                            row("rate_limit_exceeded"),
                            row("invalid_tenant"),
                            row("invalid_request"),
                            row("invalid_scope"),
                            row("invalid_resource"),
                            row("unsupported_grant_type"),
                            row("unsupported_response_type")};

constexpr std::array<std::string_view, 5> class_names{"app_broken", "grant_dead", "user_must_act", "policy",
                                                      "transient"};

failure_class class_of(const entry& row) {
  return static_cast<failure_class>(std::ranges::find(class_names, row.kind) - class_names.begin());
}

const entry* find_number(std::span<const std::uint32_t> codes) {
  // Several numbers come most general first ("70002, 500133"); a general one has no row.
  for (const auto code : codes)
    if (const auto* known = knowledge::find("AADSTS" + std::to_string(code)))
      return known;
  return nullptr;
}

template <std::size_t N>
const entry* find_word(const std::array<const entry*, N>& rows, std::string_view word) {
  const auto found = std::ranges::find(rows, word, &entry::key);
  return found != rows.end() ? *found : nullptr;
}

const entry& look_up(const refusal& what) {
  const auto* by_number = find_number(what.codes);
  const bool busy = what.http_status == 429 || what.http_status >= 500;
  if (busy) {
    // A server in trouble proves nothing about the grant; numbers of passing faults still know better how long.
    if (by_number != nullptr && class_of(*by_number) == failure_class::transient)
      return *by_number;
    return *(what.http_status == 429 ? row("identity.throttled") : row("identity.server_fault"));
  }
  if (by_number != nullptr)
    return *by_number;
  if (const auto* known = find_word(suberrors, what.suberror))
    return *known;
  if (const auto* known = find_word(errors, what.error))
    return *known;
  return *(what.http_status == 404 ? row("identity.not_there") : row("identity.unknown"));
}

} // namespace

std::string_view to_string(failure_class c) noexcept {
  return class_names[static_cast<std::size_t>(c)];
}

verdict classify(const refusal& what) noexcept {
  const auto& is = look_up(what);
  verdict out;
  out.kind = class_of(is);
  out.code = out.kind == failure_class::transient && what.http_status == 429 ? errc::throttled : is.code;
  out.who = is.who;
  out.retry = is.again;
  out.retry_not_before = is.not_before;
  out.delete_grant =
      out.kind == failure_class::grant_dead && (what.suberror == "bad_token" || what.suberror == "token_expired");
  out.cause = is.key;
  out.advice = is.remedy;
  return out;
}

} // namespace postroom::oauth2
