#pragma once

#include "base/result.hpp"
#include "sim/control/faults.hpp"
#include "sim/identity/registry.hpp"
#include "sim/mail/default_folders.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace postroom::sim {

/// A customer of the stand-in: who exists there, made up from these counts. Names come from the seed and the number.
struct tenant_plan {
  std::string name;
  std::string domain; ///< `contoso.test`
  service kind = service::microsoft;
  std::size_t providers = 1; ///< app registrations
  /// Of each provider: users who may open its mailboxes and send as them. At Google's and generic services there are
  /// none: each mailbox is that of a user of its own.
  std::size_t delegates = 1;
  std::size_t mailboxes = 20; ///< spread evenly over providers, then delegates
  tenant_policies policies;
  /// Of login names: then nobody's UPN is their address. Empty: they are the same.
  std::string upn_domain{};
  /// In which its mailboxes were first opened: that of their folders' names. Of Microsoft only.
  folder_language language = folder_language::english;
};

/// How mail comes.
struct mail_plan {
  std::size_t initial_each = 3; ///< in every INBOX from the beginning
  double per_second = 0;        ///< to all mailboxes together; 0: none but what is asked for
  bool round_robin = false;     ///< otherwise to mailboxes drawn by the seed
  std::size_t size_min = 0;     ///< octets, of generated mails at least: filled up with text; 0: as generated
  std::size_t keep_each = 0;    ///< an INBOX loses its oldest mails beyond that many when one arrives; 0: keeps all
  std::filesystem::path corpus; ///< `*.eml` of this folder, again and again by name, instead of generated mails
};

/// Exchange Online's limits, to be made smaller or larger; Google's are as many connections as `imap_connections`.
struct limit_plan {
  std::size_t imap_connections = 20; ///< for one mailbox
  std::size_t smtp_connections = 3;  ///< for one user
  double smtp_mails_per_minute = 30; ///< delayed beyond
  std::size_t smtp_recipients_per_day = 10'000;
  std::size_t smtp_recipients_per_mail = 500;
  std::size_t mail_bytes = 157'286'400;
};

/// Deviations from IMAP that Exchange was seen with, some only now and then.
struct quirk_plan {
  bool empty_copy_uid = true;       ///< `* OK [COPYUID 14  ]` when nothing was copied
  bool bare_copy_uid = false;       ///< `[COPYUID 14 3 1]` as a line without `* OK`
  bool stray_continuations = false; ///< a superfluous `+` before the answer to every NOOP
};

/// Everything about a run of the stand-in. The same scenario and seed make the same people, mails and faults (keys,
/// secrets and dates but for).
struct scenario {
  unsigned seed = 1;
  /// 0: any free port. All listen on 127.0.0.1 only.
  std::uint16_t identity_port = 0;
  std::uint16_t imap_port = 0;         ///< Exchange Online's face
  std::uint16_t smtp_port = 0;         ///< with STARTTLS
  std::uint16_t generic_imap_port = 0; ///< a face like Dovecot's
  std::uint16_t generic_smtp_port = 0; ///< a face like Postfix's
  std::uint16_t gmail_imap_port = 0;
  std::uint16_t gmail_smtp_port = 0;
  std::uint16_t control_port = 0;
  /// Whether IMAP and identity speak TLS and submission offers STARTTLS, with a certificate for localhost and
  /// 127.0.0.1.
  bool tls = true;
  /// Where the certificates are written; made when missing. Needed with `tls` only.
  std::filesystem::path directory;
  std::chrono::seconds access_token_life{3600};
  std::vector<tenant_plan> tenants{tenant_plan{"Contoso", "contoso.test", service::microsoft, 1, 1, 20, {}}};
  /// Registered with every application, as web redirects.
  std::vector<std::string> redirect_uris{
      "https://localhost:8443/api/cloudProviders/oauth2/microsoft/callback",
      "http://localhost:8025/api/cloudProviders/oauth2/microsoft/callback",
      "http://127.0.0.1:8025/api/cloudProviders/oauth2/microsoft/callback",
      "https://localhost:8443/api/cloudProviders/oauth2/google/callback",
      "http://localhost:8025/api/cloudProviders/oauth2/google/callback",
  };
  mail_plan mail;
  limit_plan limits;
  quirk_plan quirks;
  std::vector<fault> faults;
  /// The journal remembers this many mails; older ones are forgotten, and it says so.
  std::size_t journal_mails_max = 1'000'000;
};

/// `invalid_argument` when it cannot be: nobody to serve, a domain twice, too much of anything.
[[nodiscard]] result<void> check_scenario(const scenario& plan);

/// The trust anchor a client needs; empty without TLS.
[[nodiscard]] std::filesystem::path ca_file_of(const scenario& plan);

/// Where the stand-in is reached on 127.0.0.1.
struct served_ports {
  std::uint16_t identity = 0;
  std::uint16_t imap = 0;
  std::uint16_t smtp = 0;
  std::uint16_t generic_imap = 0;
  std::uint16_t generic_smtp = 0;
  std::uint16_t gmail_imap = 0;
  std::uint16_t gmail_smtp = 0;
  std::uint16_t control = 0;
};
[[nodiscard]] std::uint16_t imap_port_of(const served_ports& ports, service face);
[[nodiscard]] std::uint16_t smtp_port_of(const served_ports& ports, service face);

/// What an administrator would hand to whoever sets up a gateway: one app registration and who has signed in.
struct delegate_facts {
  std::string upn;
  secret<> password;
  secret<> refresh_token;
  std::vector<std::string> mailboxes; ///< addresses
};
struct provider_facts {
  std::string tenant_name;
  std::string tenant_id; ///< directory id
  service kind = service::microsoft;
  std::string application_name;
  std::string client_id;
  secret<> client_secret;
  std::optional<wall_time> client_secret_expires; ///< nothing: never, as at Google
  std::string token_url;
  std::string discovery_url;
  std::string revocation_url; ///< empty at Microsoft, where there is none
  std::string graph_url;      ///< what stands for `https://graph.microsoft.com`; empty at Google
  std::string upn_domain;     ///< of login names, where that is not the addresses'
  std::uint16_t imap_port = 0;
  std::uint16_t smtp_port = 0;
  std::vector<delegate_facts> delegates;
};

} // namespace postroom::sim
