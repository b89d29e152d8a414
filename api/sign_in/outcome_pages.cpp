#include "api/sign_in/outcome_pages.hpp"

#include "api/sign_in/html_page.hpp"
#include "api/sign_in/permission_words.hpp"
#include "protocol/knowledge/entry.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace postroom::api::sign_in {
namespace {

using mood = html_page::mood;

struct failure_row {
  std::string_view cause;
  unsigned status;
  std::string_view title;
};

/// What is not listed is the platform's refusal: 502.
constexpr std::array failures{
    failure_row{"sign_in.wrong_person", 403, "Somebody else has signed in"},
    failure_row{"sign_in.declined", 403, "The consent was declined"},
    failure_row{"access_denied", 403, "The sign-in was denied"},
    failure_row{"sign_in.admin_approval", 403, "An administrator must approve"},
    failure_row{"sign_in.stale_state", 410, "This sign-in is over"},
    failure_row{"sign_in.no_cookie", 403, "Another browser began this sign-in"},
    failure_row{"sign_in.directory_not_allowed", 403, "This directory is not allowed"},
    failure_row{"sign_in.no_refresh_token", 502, "The platform gave no lasting access"},
    failure_row{"sign_in.identity_invalid", 502, "It cannot be proved who signed in"},
};

constexpr std::string_view words_of(actor_role who) {
  switch (who) {
  case actor_role::gateway:
    return "Nobody: it passes by itself. Try again in a minute.";
  case actor_role::caller:
  case actor_role::developer:
    return "Whoever operates Postroom, with its developers.";
  case actor_role::operators:
    return "Whoever operates Postroom.";
  case actor_role::user:
    return "You, or the person who signs in.";
  case actor_role::directory_admin:
    return "An administrator of the directory (Microsoft Entra or Google Workspace).";
  case actor_role::exchange_admin:
    return "An administrator of Exchange.";
  }
  return {};
}

std::string begin_anew(const records::SignIn& of) {
  if (of.purpose() == "admin_consent")
    return "postroom provider admin-consent " + of.provider();
  return "postroom provider authenticate " + of.provider() +
         (of.delegate().empty() ? std::string{} : " --delegate " + of.delegate());
}

void add_missing(html_page& page, const std::vector<std::string>& missing) {
  if (missing.empty())
    return;
  std::vector<std::string> items;
  for (const auto& each : missing)
    items.push_back(permission_words(each) + ". " + without_permission(each));
  page.list("Missing permissions", items);
  if (const auto* known = knowledge::find("sign_in.missing_permission"))
    page.paragraph(known->meaning).paragraph(known->remedy);
}

/// How the first mailbox is connected, for somebody who has just signed in.
void add_first_account(html_page& page, const records::SignIn& of, const signed_in& who) {
  page.section("What comes next", "No account uses this sign-in yet. Create an Email Account with the address of the "
                                  "mailbox; for a shared mailbox that is the shared address:");
  page.command("postroom account add support --name Support --email support@example.com --provider " + of.provider() +
               " --grant " + who.grant);
  const boost::json::object body{{"id", "support"},
                                 {"name", "Support"},
                                 {"email", "support@example.com"},
                                 {"provider", of.provider()},
                                 {"grant", who.grant}};
  page.paragraph("Or by the API:");
  page.command("POST /v1/tenants/" + of.tenant() + "/accounts " + boost::json::serialize(body));
}

} // namespace

response signed_in_page(const records::SignIn& of, const signed_in& who) {
  html_page page{200, mood::good, "Signed in"};
  page.paragraph((who.display_name.empty() ? who.upn : who.display_name) + " has signed in for the provider " +
                 of.provider() + ".");
  page.facts({{"Name", who.display_name},
              {"Login name", who.upn},
              {"Directory", who.directory_id},
              {"Cloud Provider", of.provider()},
              {"Stored as grant", who.grant}});
  std::vector<std::string> given;
  for (const auto& each : shown_permissions(who.granted_scope))
    given.push_back(permission_words(each));
  if (!given.empty())
    page.list("Postroom may now", given);
  add_missing(page, who.missing);
  if (who.accounts.empty()) {
    add_first_account(page, of, who);
  } else {
    page.list("Accounts that use this sign-in", who.accounts);
    page.section("What comes next", "Nothing: these accounts connect by themselves within a minute.");
  }
  return page.finish();
}

response consented_page(const records::SignIn& of, const oauth2::admin_consented& what) {
  html_page page{200, mood::good, "The administrator has consented"};
  page.paragraph("An administrator has given consent for the whole directory. Nobody has signed in by that.");
  page.facts({{"Directory", what.directory_id}, {"Cloud Provider", of.provider()}});
  std::vector<std::string> given;
  for (const auto& each : shown_permissions(what.scope))
    given.push_back(permission_words(each));
  if (!given.empty())
    page.list("Consented to", given);
  page.section("What comes next", "The delegate signs in; nobody is asked for consent any more:");
  page.command("postroom provider authenticate " + of.provider());
  return page.finish();
}

response failure_page(const error& why, const records::SignIn* of) {
  const auto row = std::ranges::find(failures, why.cause, &failure_row::cause);
  const bool listed = row != failures.end();
  const auto known = knowledge::explain(why);
  html_page page{listed ? row->status : 502, mood::bad, listed ? row->title : "The sign-in did not succeed"};
  page.paragraph("Nothing was stored.");
  page.section("What it means", known.meaning);
  page.section("What to do", known.remedy);
  if (of && why.cause == "sign_in.admin_approval")
    page.paragraph("The address for the administrator is made by:")
        .command("postroom provider admin-consent " + of->provider());
  if (of)
    page.paragraph("The sign-in is begun anew by:").command(begin_anew(*of));
  page.section("Who acts", words_of(known.who));
  page.section("Details", {});
  page.facts({{"Cloud Provider", of ? of->provider() : std::string{}},
              {"Expected", of ? of->delegate() : std::string{}},
              {"Code", std::string{to_string(why.code)}},
              {"Known as", std::string{why.cause}},
              {"In the words of the other side", why.detail}});
  return page.finish();
}

response unreadable_page(const error& why) {
  return html_page{400, mood::bad, "This is not the answer of a sign-in"}
      .paragraph("What came with the browser could not be read. Nothing was stored or used up.")
      .section("What to do", "Open the address of the sign-in again, or have it begun anew.")
      .section("Details", why.detail)
      .finish();
}

response used_link_page() {
  return html_page{409, mood::bad, "This link was used already"}
      .section("What it means",
               "The sign-in was begun in another browser before, or cookies are not kept. It belongs to "
               "the browser that began it first.")
      .section("What to do", "Go on there, or have the sign-in begun anew; allow cookies for this address. If nobody "
                             "you know has begun it, somebody reads your messages: tell whoever operates Postroom.")
      .section("Who acts", words_of(actor_role::user))
      .finish();
}

response too_many_page(std::chrono::seconds wait) {
  const auto seconds = std::to_string(wait.count());
  auto out = html_page{429, mood::bad, "Too many requests"}
                 .section("What to do", "Wait " + seconds + " seconds and load the page again.")
                 .finish();
  out.headers.emplace_back("Retry-After", seconds);
  return out;
}

response preview_page() {
  return html_page{200, mood::good, "Sign-in"}.paragraph("Open this address in a browser.").finish();
}

error sign_in_error(errc code, std::string_view cause, std::string detail) {
  error out{code, std::move(detail)};
  out.cause = cause;
  return out;
}

error error_of(const oauth2::authorize_refused& refused) {
  const auto& detail = refused.what.detail;
  if (refused.what.cause == "AADSTS90094" || refused.what.cause == "AADSTS90095")
    return sign_in_error(errc::blocked_by_policy, "sign_in.admin_approval", detail);
  if (refused.what.cause == "AADSTS65004")
    return sign_in_error(errc::user_action_required, "sign_in.declined", detail);
  return refused.what;
}

} // namespace postroom::api::sign_in
