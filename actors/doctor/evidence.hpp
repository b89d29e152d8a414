#pragma once

#include "actors/messages.hpp"
#include "actors/sending/identity_limits.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/tls_facts.hpp"
#include "protocol/graph/failure.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "protocol/smtp/failure_table.hpp"

#include "records.pb.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the doctor knows: at the beginning, and what its probes have seen since. Plain values without secrets.
namespace postroom::doctor {

/// Where a server is, as configured.
struct server_place {
  std::string host;
  std::uint16_t port = 0;
  bool tls = true; ///< at once or by STARTTLS
};

/// What is known before anything is asked.
struct facts {
  records::Account account;
  std::shared_ptr<const records::Provider> provider; ///< null: it does not exist
  bool provider_runs = false;
  std::optional<error> unusable; ///< the configuration does not allow the account to run
  provider_status provider_state;
  account_status mailbox;
  std::string send_test_to;   ///< empty: no mail is sent
  bool ladder_allowed = true; ///< whether the probes that burden the servers may be made
  wall_time now{};

  server_place imap;
  server_place smtp;
  std::string mailbox_user;              ///< whom IMAP is to open: the shared mailbox
  std::string other_user;                ///< its login name where that differs; empty: none
  std::string folder;                    ///< as configured
  std::string graph_root;                ///< of Microsoft Graph; empty: not there, or its permissions are not wanted
  std::string discovery;                 ///< an address of the identity platform that anybody may ask; empty: none
  std::string wanted_scope;              ///< delegated permissions for mail
  std::vector<std::string> wanted_roles; ///< what an application by itself needs

  [[nodiscard]] bool uses_password() const { return provider && provider->service() == "password"; }
  [[nodiscard]] bool is_microsoft() const { return provider && provider->service() == "microsoft_azure"; }
};

/// The sign-in that the account uses.
struct seen_grant {
  bool found = false;
  std::string id;
  std::string kind; ///< refresh_token, client_credentials, password
  std::string delegate;
  std::string upn;
  std::string directory_id;
  std::string granted_scope;
  std::string consented_scope;
  bool revoked = false;
  std::optional<error> failed;
};

/// A server that was connected to without a login.
struct seen_server {
  bool arrived = false;
  bool secured = false; ///< TLS is up, the certificate checked
  std::optional<error> failed;
  std::optional<net::tls_facts> tls;
};

struct seen_clock {
  std::string host;
  std::optional<std::chrono::seconds> ahead; ///< our clock before theirs; negative: behind
  std::optional<error> failed;
};

struct seen_token {
  std::string delegate; ///< empty: an application by itself
  wall_time expires{};
  std::optional<oauth2::token_claims> claims; ///< nothing: it is opaque
  std::optional<error> failed;
};

/// A login to the IMAP server.
struct seen_login {
  std::string user;
  bool logged_in = false;
  bool opened = false;         ///< the folder; of the delegate's own mailbox: it answers
  bool folder_refused = false; ///< the mailbox is there, the folder is not
  std::uint32_t messages = 0;
  std::optional<error> failed;
};

/// A submission as far as it went.
struct seen_submission {
  std::string user;
  std::string sender;
  bool logged_in = false;
  bool mail_wanted = false; ///< else the mailbox itself is named as recipient, for form's sake
  bool tested = false;      ///< a mail was sent
  std::optional<smtp::reply> mail_from;
  std::optional<smtp::reply> recipient;
  std::optional<smtp::reply> verdict; ///< on the mail
  std::optional<error> failed;
  smtp::phase where = smtp::phase::greeting; ///< of `failed`
  std::optional<smtp::reply> last;           ///< what the server said then
};

/// What whoever submits may do by the limits that all mailboxes sending as the same identity share.
struct seen_limits {
  std::optional<sending::refusal> refused;
  std::uint64_t recipients_of_day = 0;
  std::uint32_t recipients_per_day = 0; ///< 0: no limit is known
};

/// The mailbox as Microsoft Graph sees it.
struct seen_over_graph {
  bool opened = false;
  unsigned status = 0; ///< 0: there was no answer, or no token
  std::optional<error> failed;
};

struct evidence {
  std::optional<seen_grant> grant;
  std::optional<seen_server> imap;
  std::optional<seen_server> smtp;
  std::optional<seen_clock> time;
  std::optional<seen_token> token;
  std::optional<seen_login> login;
  std::optional<seen_token> fresh_token;    ///< after a forced refresh
  std::optional<seen_login> login_again;    ///< with it
  std::optional<seen_login> login_other;    ///< under the mailbox's login name
  std::optional<seen_login> delegate_login; ///< the delegate's own mailbox
  std::optional<seen_token> graph_token;
  std::optional<seen_over_graph> graph;
  std::optional<seen_limits> limits;
  std::optional<seen_submission> submission;
  /// The time for the diagnosis was up: what is not here was not looked at any more.
  bool out_of_time = false;
};

enum class probe : std::uint8_t {
  grant,
  imap_server,
  smtp_server,
  clock,
  token,
  login,
  fresh_token,
  login_again,
  login_other,
  delegate_login,
  graph_token,
  graph_mailbox,
  submission,
};

/// Notes that a probe came to nothing: it was late, not admitted, or could not be begun.
void note_failure(evidence& in, probe what, error why);

/// The last attempt to open the mailbox itself; null: none was made.
[[nodiscard]] const seen_login* last_login(const evidence& e) noexcept;
/// An application by itself, without a delegate.
[[nodiscard]] bool is_app_only(const evidence& e) noexcept;
/// Whose sign-in is used, as it logs in; empty: nobody's, or not known.
[[nodiscard]] std::string delegate_of(const facts& f, const evidence& e);
/// Permissions that the newest token lacks, as far as that can be told.
[[nodiscard]] std::vector<std::string> missing_permissions(const facts& f, const evidence& e);
/// The token is for Microsoft Graph instead of the mail servers.
[[nodiscard]] bool is_for_graph(const evidence& e);

} // namespace postroom::doctor
