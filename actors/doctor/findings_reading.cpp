#include "actors/doctor/findings_parts.hpp"
#include "actors/doctor/plan.hpp"

#include "base/ascii.hpp"

/// The IMAP login, the mailbox, its folder, and whether it is a cloud mailbox at all.
namespace postroom::doctor {
namespace {

using namespace std::chrono_literals;

/// What worked so short a time ago with the same configuration fails for a passing reason, most likely.
constexpr auto lately = 24h;

bool has_code(const std::optional<error>& why, errc code) {
  return why && why->code == code;
}

/// The login itself was taken, whatever became of the mailbox.
bool login_was_taken(const seen_login& last) {
  return last.logged_in || has_code(last.failed, errc::mailbox_not_connected);
}

std::string no_login_reason(const facts& f, const evidence& e) {
  if (!f.provider || f.unusable)
    return "the configuration does not allow it";
  if (e.imap && e.imap->failed)
    return "the server was not reached";
  if (e.token && e.token->failed)
    return "there is no token";
  return std::string{not_tried(e, "no login was tried")};
}

std::string last_error_of(const facts& f) {
  const auto& last = f.mailbox.last_error;
  return last ? std::string{to_string(last->code)} + (last->detail.empty() ? "" : ": " + last->detail) : std::string{};
}

bool has_graph_code(const evidence& e, std::string_view key) {
  return e.graph && e.graph->failed && e.graph->failed->cause == key;
}

bool is_on_premises(const evidence& e) {
  return has_graph_code(e, "graph.MailboxNotEnabledForRESTAPI") ||
         has_graph_code(e, "graph.MailboxNotSupportedForRESTAPI") || has_graph_code(e, "graph.extensionError");
}

/// Of the three things that can be wrong with a mailbox while its delegate can read their own.
std::string three_remedies(const names& who) {
  return "One of these: IMAP is switched off: " + enable_imap(who.mailbox) +
         ". No Full Access: " + grant_full_access(who.mailbox, who.delegate) +
         ". The address is misspelt or an alias: " + find_mailbox(who.mailbox);
}

struct refusal {
  std::string name;
  const facts& f;
  const evidence& e;
  const seen_login& last;
  names who;
  std::string seen;       ///< the server's words
  std::string_view cause; ///< of the refusal itself

  [[nodiscard]] diagnosis_step is(std::string_view also, std::string remedy, actor_role whose,
                                  std::string_view finer = {}) const {
    return bad(name, also.empty() ? seen : seen + "; " + std::string{also}, std::move(remedy), whose,
               finer.empty() ? cause : finer);
  }
};

bool worked_lately(const facts& f) {
  return f.mailbox.last_confirmed && f.now - *f.mailbox.last_confirmed < lately;
}

diagnosis_step passing(const refusal& r, std::string_view also) {
  const auto worked = "it worked until " + to_rfc3339(*r.f.mailbox.last_confirmed);
  return r.is((also.empty() ? std::string{} : std::string{also} + "; ") + worked,
              "Nothing for now: Postroom tries again after 1, 5 and 15 minutes. Close other mail programs that read " +
                  r.who.mailbox +
                  ", whose connections count, too. If it stays for an hour: " + enable_imap(r.who.mailbox),
              actor_role::gateway);
}

/// What Graph says of the same mailbox under the same sign-in; nothing when that says nothing.
std::optional<diagnosis_step> by_graph(const refusal& r) {
  if (!r.e.graph)
    return {};
  const auto& graph = *r.e.graph;
  if (graph.opened) {
    const std::string_view also = "Microsoft Graph opens the mailbox: rights and address are right";
    if (worked_lately(r.f))
      return passing(r, also);
    return r.is(also, enable_imap(r.who.mailbox), actor_role::exchange_admin);
  }
  if (!graph.failed || graph.status == 0)
    return {};
  const auto also = "Microsoft Graph: " + graph.failed->detail;
  if (graph.status == 403)
    return r.is(also, grant_full_access(r.who.mailbox, r.who.delegate), actor_role::exchange_admin,
                graph.failed->cause);
  if (is_on_premises(r.e))
    return r.is(also, fill(knowledge::explain(*graph.failed).remedy, r.who), actor_role::exchange_admin,
                graph.failed->cause);
  if (graph.status == 404)
    return r.is(also,
                "Correct the spelling of the address: " + find_mailbox(r.who.mailbox) + ", then " +
                    set_account(r.who, "email", "<primary address>"),
                actor_role::operators, graph.failed->cause);
  return {};
}

/// The delegate's own mailbox was tried with the same token.
diagnosis_step by_delegate(const refusal& r) {
  const auto& own = *r.e.delegate_login;
  if (own.opened)
    return r.is("the delegate's own mailbox " + own.user + " opens with the same token", three_remedies(r.who),
                actor_role::exchange_admin);
  const auto words = own.failed ? own.failed->detail : std::string{"no answer"};
  if (has_code(own.failed, errc::mailbox_not_connected))
    return r.is("the delegate's own mailbox " + own.user + " fails alike (" + words + "), or does not exist",
                "IMAP is switched off for all, or the plan does not include it: " + enable_imap_everywhere() +
                    ". Permissions: " + consent_page(r.who, false),
                actor_role::exchange_admin);
  if (has_code(own.failed, errc::auth_rejected))
    return r.is("the delegate's own mailbox " + own.user + " is refused alike: " + words,
                "The application or a policy of the directory is the reason: " + sign_in_log(r.who) +
                    " shows which Conditional Access policy blocks IMAP; `Get-AuthenticationPolicy` must allow it",
                actor_role::directory_admin);
  return r.is("the delegate's own mailbox " + own.user + " says nothing: " + words, three_remedies(r.who),
              actor_role::exchange_admin);
}

/// Without a delegate's mailbox to compare with.
diagnosis_step by_itself(const refusal& r) {
  if (is_app_only(r.e))
    return r.is("an application by itself", register_application(r.who), actor_role::exchange_admin);
  if (r.last.failed->code == errc::mailbox_not_connected)
    return r.is({}, three_remedies(r.who), actor_role::exchange_admin);
  return from_error(r.name, *r.last.failed, r.who);
}

} // namespace

diagnosis_step why_refused(std::string name, const facts& f, const evidence& e, const seen_login& last) {
  const auto who = names_of(f, e);
  if (!wants_ladder(f, last))
    return from_error(std::move(name), *last.failed, who);
  const refusal r{std::move(name), f, e, last, who, last.failed->detail, last.failed->cause};
  if (is_for_graph(e))
    return r.is("the token is for Microsoft Graph", "See the step claims.", actor_role::developer);
  if (const auto missing = missing_permissions(f, e); !missing.empty())
    return r.is("the token lacks " + listed(missing), "See the step claims: " + consent_page(who, is_app_only(e)),
                is_app_only(e) ? actor_role::directory_admin : actor_role::user, "sign_in.missing_permission");
  if (e.login_other && e.login_other->opened)
    return r.is("it opens under its login name " + e.login_other->user,
                set_account(who, "username", e.login_other->user), actor_role::operators);
  if (auto told = by_graph(r))
    return std::move(*told);
  if (worked_lately(f))
    return passing(r, {});
  return e.delegate_login ? by_delegate(r) : by_itself(r);
}

diagnosis_step imap_login_step(const facts& f, const evidence& e) {
  const auto* last = last_login(e);
  if (!last)
    return skipped("imap_login", no_login_reason(f, e));
  if (login_was_taken(*last))
    return good("imap_login", "logged in as " + last->user + (e.login_again ? " with a fresh token" : ""));
  if (!last->failed)
    return skipped("imap_login", not_tried(e, "the login was not finished"));
  return why_refused("imap_login", f, e, *last);
}

diagnosis_step mailbox_step(const facts& f, const evidence& e) {
  const auto* last = last_login(e);
  if (!last || !login_was_taken(*last))
    return skipped("mailbox", !last          ? no_login_reason(f, e)
                              : last->failed ? "the login failed"
                                             : std::string{not_tried(e, "the login was not finished")});
  if (has_code(last->failed, errc::mailbox_not_connected))
    return why_refused("mailbox", f, e, *last);
  if (last->failed && !last->opened && !last->folder_refused)
    return from_error("mailbox", *last->failed, names_of(f, e));
  if (e.login_again && e.login && e.login->failed)
    return noted("mailbox", "opened with a fresh token; the one before was refused: " + e.login->failed->detail,
                 "Nothing: Postroom fetches a fresh token by itself when one is refused.", actor_role::gateway,
                 e.login->failed->cause);
  if (f.mailbox.last_error) {
    const auto known = knowledge::explain(*f.mailbox.last_error);
    return noted("mailbox", "it opens; the last error was " + last_error_of(f), fill(known.remedy, names_of(f, e)),
                 known.who, f.mailbox.last_error->cause);
  }
  return good("mailbox", "it opens for " + last->user);
}

diagnosis_step folder_step(const facts& f, const evidence& e) {
  const auto* last = last_login(e);
  if (!last || (!last->opened && !last->folder_refused))
    return skipped("folder", "the mailbox was not opened");
  if (last->opened)
    return good("folder", f.folder + " has " + std::to_string(last->messages) + " messages");
  const auto words = last->failed ? last->failed->detail : std::string{"refused"};
  return bad("folder", f.folder + ": " + words,
             "Name a folder that exists, as mail programs show it: " + set_account(names_of(f, e), "folder", "INBOX"),
             actor_role::operators, "imap.folder_missing");
}

diagnosis_step on_premises_step(const facts& f, const evidence& e) {
  if (!f.is_microsoft())
    return skipped("on_premises", "only mailboxes of Microsoft 365 can be in two places");
  const auto* last = last_login(e);
  if (last && last->opened)
    return good("on_premises", "it is a mailbox of Exchange Online");
  if (e.graph && e.graph->opened)
    return good("on_premises", "it is a mailbox of Exchange Online, as Microsoft Graph shows");
  if (is_on_premises(e))
    return bad("on_premises", e.graph->failed->detail,
               fill(knowledge::explain(*e.graph->failed).remedy, names_of(f, e)), actor_role::exchange_admin,
               e.graph->failed->cause);
  const bool asked = e.graph || e.graph_token;
  return skipped("on_premises",
                 asked ? "Microsoft Graph did not say where the mailbox is"
                       : "no sign of it; only a permission for Microsoft Graph (purpose graph_read) tells");
}

} // namespace postroom::doctor
