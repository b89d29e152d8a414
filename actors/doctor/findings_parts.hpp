#pragma once

#include "actors/doctor/evidence.hpp"
#include "actors/doctor/remedies.hpp"
#include "protocol/knowledge/entry.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Each step of a diagnosis, judged by itself. For the files findings*.cpp only.
namespace postroom::doctor {

/// Longest evidence of a step: a server's words, and ours around them.
inline constexpr std::size_t evidence_bytes_max = 1024;

[[nodiscard]] diagnosis_step good(std::string name, std::string_view evidence);
[[nodiscard]] diagnosis_step skipped(std::string name, std::string_view reason);
[[nodiscard]] diagnosis_step noted(std::string name, std::string_view evidence, std::string remedy = {},
                                   actor_role who = actor_role::gateway, std::string_view cause = {});
[[nodiscard]] diagnosis_step bad(std::string name, std::string_view evidence, std::string remedy, actor_role who,
                                 std::string_view cause = {});
/// By what the table of known errors says of it.
[[nodiscard]] diagnosis_step from_error(std::string name, const error& why, const names& who);
[[nodiscard]] diagnosis_step from_case(std::string name, const knowledge::entry& known, std::string_view words,
                                       const names& who);
/// Why something was not looked at.
[[nodiscard]] std::string_view not_tried(const evidence& e, std::string_view otherwise);
/// `a, b, c`
[[nodiscard]] std::string listed(const std::vector<std::string>& items);

[[nodiscard]] diagnosis_step configuration_step(const facts& f);
[[nodiscard]] diagnosis_step dns_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step connect_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step tls_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step clock_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step credentials_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step token_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step claims_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step imap_login_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step mailbox_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step folder_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step smtp_login_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step send_as_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step sent_copy_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step throttle_step(const facts& f, const evidence& e);
[[nodiscard]] diagnosis_step on_premises_step(const facts& f, const evidence& e);

/// Why the mailbox cannot be read, narrowed down by what the ladder of probes has seen.
[[nodiscard]] diagnosis_step why_refused(std::string name, const facts& f, const evidence& e, const seen_login& last);

/// What stopped a submission, with the server's words.
struct submission_stop {
  smtp::phase where{};
  const knowledge::entry* known = nullptr; ///< null: no server said it
  error why;
};
[[nodiscard]] std::optional<submission_stop> stop_of(const evidence& e);
/// A limit of the identity that frees by itself.
[[nodiscard]] bool is_limit(const submission_stop& stop);

} // namespace postroom::doctor
