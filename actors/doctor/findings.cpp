#include "actors/doctor/findings.hpp"

#include "actors/doctor/findings_parts.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace postroom::doctor {
namespace {

using verdict = diagnosis_step::verdict;

diagnosis_step make(std::string name, verdict state, std::string_view evidence) {
  diagnosis_step step;
  step.name = std::move(name);
  step.state = state;
  step.evidence = utf8_prefix(evidence, evidence_bytes_max);
  return step;
}

/// The first fault in order: what comes after it may be its consequence.
std::string summary_of(const facts& f, const std::vector<diagnosis_step>& steps) {
  const auto whose = "account " + f.account.id() + (f.account.email().empty() ? "" : " (" + f.account.email() + ")");
  const auto first = std::ranges::find(steps, verdict::bad, &diagnosis_step::state);
  if (first == steps.end()) {
    const auto notes = std::ranges::count(steps, verdict::note, &diagnosis_step::state);
    return whose + " is healthy" +
           (notes == 0   ? "."
            : notes == 1 ? ", with one thing to note."
                         : ", with a few things to note.");
  }
  const auto* known = knowledge::find(first->cause);
  const auto what = known ? std::string{known->meaning} : first->evidence;
  return whose + " fails at " + first->name + ": " + what + (what.ends_with('.') ? "" : ".") +
         (first->who == actor_role::gateway ? std::string{" Nobody needs to act."}
                                            : " To act: " + std::string{to_string(first->who)} + ".");
}

} // namespace

diagnosis_step good(std::string name, std::string_view evidence) {
  return make(std::move(name), verdict::good, evidence);
}

diagnosis_step skipped(std::string name, std::string_view reason) {
  return make(std::move(name), verdict::skipped, reason);
}

diagnosis_step noted(std::string name, std::string_view evidence, std::string remedy, actor_role who,
                     std::string_view cause) {
  auto step = make(std::move(name), verdict::note, evidence);
  step.remedy = std::move(remedy);
  step.who = who;
  step.cause = cause;
  return step;
}

diagnosis_step bad(std::string name, std::string_view evidence, std::string remedy, actor_role who,
                   std::string_view cause) {
  auto step = noted(std::move(name), evidence, std::move(remedy), who, cause);
  step.state = verdict::bad;
  return step;
}

diagnosis_step from_error(std::string name, const error& why, const names& who) {
  const auto known = knowledge::explain(why);
  return bad(std::move(name), why.detail.empty() ? std::string{to_string(why.code)} : why.detail,
             fill(known.remedy, who), known.who, why.cause);
}

diagnosis_step from_case(std::string name, const knowledge::entry& known, std::string_view words, const names& who) {
  return bad(std::move(name), words, fill(known.remedy, who), known.who, known.key);
}

std::string_view not_tried(const evidence& e, std::string_view otherwise) {
  return e.out_of_time ? "the time for the diagnosis was up" : otherwise;
}

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& each : items)
    out += (out.empty() ? "" : ", ") + each;
  return out;
}

diagnosis conclude(const facts& f, const evidence& e) {
  diagnosis out;
  out.steps = {configuration_step(f), dns_step(f, e),         connect_step(f, e),  tls_step(f, e),
               clock_step(f, e),      credentials_step(f, e), token_step(f, e),    claims_step(f, e),
               imap_login_step(f, e), mailbox_step(f, e),     folder_step(f, e),   smtp_login_step(f, e),
               send_as_step(f, e),    sent_copy_step(f, e),   throttle_step(f, e), on_premises_step(f, e)};
  out.summary = summary_of(f, out.steps);
  return out;
}

} // namespace postroom::doctor
