#include "app/cli/troubleshooting_page.hpp"

#include "app/cli/role_words.hpp"
#include "protocol/knowledge/entry.hpp"

#include <array>
#include <string_view>

namespace postroom::app::cli {
namespace {

using knowledge::entry;
using knowledge::origin;

/// Links to rows are written `[[key]]`.
constexpr std::string_view beginning =
    R"(# Troubleshooting

<!-- Made by `postroom explain --markdown` from the table of known errors, protocol/knowledge; not to be edited. -->

Three ways to an answer:

- `postroom doctor <account>` looks into everything an account needs, step by step, and says for each step what it saw,
  what is wrong, what helps and who must do it.
- `postroom explain '<text>'` takes what a server or a sign-in page said, an AADSTS number, or a key of this page.
- `postroom account status <account>`, the API and the log name the `cause` of an error: it is a key of this page, and
  `GET /v1/knowledge/<key>` explains it, too.

What stands in angle brackets is to be replaced. Commands that begin with `Get-`, `Set-`, `Add-`, `New-`, `Enable-` or
`Test-` are for Exchange Online PowerShell (`Connect-ExchangeOnline`).

## What people see first

### Error: authenticated but not connected

The login was good, but the mailbox cannot be opened: [[imap.not_connected]]. `postroom doctor <account>` finds out
which of these it is:

- IMAP is switched off for the mailbox, or its licence has none: `Set-CASMailbox <mailbox> -ImapEnabled $true`.
- The delegate, who signed in at the Cloud Provider, has no access to the mailbox (can they open it with Outlook?):
  `Add-MailboxPermission -Identity <mailbox> -User <delegate> -AccessRights FullAccess`.
- The address is misspelt, an alias, or of a mailbox that is not in the cloud: shared mailboxes on premises do not work
  ([[graph.MailboxNotEnabledForRESTAPI]]).
- Too many programs use the mailbox; then it comes and goes: close some of them ([[imap.throttled]]).
- The application lacks the permission IMAP.AccessAsUser.All: [[sign_in.missing_permission]].
- For an application by itself Exchange does not know its service principal: [[imap.auth_failed]].
- The directory asks for multi-factor authentication now: [[AADSTS50076]], [[AADSTS50079]].
- It happens once, and not when the login is repeated: then it has passed; Postroom repeats it by itself.

### SmtpClientAuthentication is disabled for the Tenant

SMTP AUTH is switched off, as Microsoft does by default: [[smtp.auth_disabled_tenant]], [[smtp.auth_disabled_mailbox]].
Leave it off for the directory, and switch it on for the mailbox that logs in:
`Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false`. Other words after the same 535 5.7.139 mean
something else:
[[smtp.security_defaults]], [[smtp.criteria_not_met]], [[smtp.basic_auth_disabled]], [[smtp.credentials_incorrect]].
`postroom doctor <account>` tries the login.

### User can log in in the Cloud Provider, but email doesn't work

People sign in with their password, Postroom gets tokens with the application's client secret. The secret has expired
([[AADSTS7000222]]) or is wrong ([[AADSTS7000215]]): make a new one, and enter it with
`postroom provider update-secret <provider> --client-secret-file -`. If it concerns everybody of one customer:
[[AADSTS700016]], [[AADSTS7000112]], [[AADSTS90002]],
[[AADSTS500011]]. `postroom doctor <account>` shows what the platform says.

### User disconnected after 15-90 days

- A policy of the directory asks for a new sign-in every so many days: [[AADSTS70043]], [[token_expired]]. Sign in
  again; to stay signed in for longer, extend Session > Sign-in frequency to 365 days.
- The sign-in lay unused for 90 days: [[AADSTS700082]]. Postroom uses each one at least weekly.
- The password was changed, or an administrator revoked the sessions: [[AADSTS50173]], [[AADSTS50132]], [[bad_token]].
- After 24 hours already: the redirect URI is registered for a single-page application: [[AADSTS700084]].
- At Google every seven days: the application is in testing: [[invalid_grant]].

`postroom doctor <account>` says which, and `postroom authorize <provider>` begins the new sign-in.

### Where the logs are, and how to see more

Postroom writes its log to stderr, under systemd to the journal (`journalctl -u postroom`), and to files in the
`directory` that `[log]` of the configuration names. A line about a failure has its `code` and `cause`, who must act and
the remedy. More of it: `level = "debug"` under `[log]`, the variable `POSTROOM_LOG_LEVEL=debug`, or
`kill -USR1` while it runs (`kill -USR2`: back). No log holds a password or a token. For one account
`postroom doctor <account>` says more than the log.

Microsoft's own help for an application: Azure portal > Enterprise applications > \<application> > Diagnose and solve
problems; it wants trace id, correlation id and time, which Postroom keeps with each error.
)";

struct chapter {
  origin from;
  std::string_view title;
};
constexpr std::array chapters{
    chapter{origin::sign_in, "While somebody signs in"},
    chapter{origin::identity, "Answers of the identity platform (Microsoft Entra, Google)"},
    chapter{origin::imap, "Answers of IMAP servers"},
    chapter{origin::smtp, "Answers of SMTP servers"},
    chapter{origin::graph, "Answers of Microsoft Graph"},
};

/// Outside of code spans an angle bracket would begin HTML.
std::string escaped(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    code ^= c == '`';
    if (!code && (c == '<' || c == '*'))
      out += '\\';
    out += c;
  }
  return out;
}

/// `[[key]]` becomes a link.
std::string with_links(std::string_view text) {
  std::string out;
  while (true) {
    const auto begin = text.find("[[");
    if (begin == std::string_view::npos)
      return out.append(text);
    const auto end = text.find("]]", begin);
    const auto key = text.substr(begin + 2, end - begin - 2);
    out.append(text.substr(0, begin)).append("[`").append(key).append("`](#").append(key).append(")");
    text.remove_prefix(end + 2);
  }
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string_view retry_words(const entry& of) {
  switch (of.again) {
  case knowledge::retry::never:
    return "Not tried again before somebody has acted";
  case knowledge::retry::once:
    return "Tried once more";
  case knowledge::retry::slowly:
    return "Tried again now and then";
  case knowledge::retry::by_backoff:
    break;
  }
  return "Tried again by itself";
}

void append(std::string& out, const entry& of) {
  out.append("\n<a id=\"").append(of.key).append("\"></a>\n");
  out.append("### ").append(of.key).append("\n\n");
  out.append("`").append(of.symptom).append("`\n\n");
  out.append(escaped(of.meaning)).append("\n\n");
  out.append("- **What to do:** ").append(escaped(of.remedy)).append("\n");
  out.append("- **Who:** ").append(capitalised(role_in_words(to_string(of.who)))).append(". ");
  out.append(retry_words(of)).append(" (`").append(of.kind).append("`).\n");
}

} // namespace

std::string troubleshooting_page() {
  std::string out = with_links(beginning);
  for (const auto& each : chapters) {
    out.append("\n## ").append(each.title).append("\n");
    for (const auto* row : knowledge::all())
      if (row->from == each.from)
        append(out, *row);
  }
  return out;
}

} // namespace postroom::app::cli
