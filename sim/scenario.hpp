#pragma once

#include "sim/control/faults.hpp"
#include "sim/identity/registry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace postroom::sim {

/// A customer of the stand-in: who exists there, made up from these counts. Names come from the seed and the number.
struct tenant_plan {
  std::string name;
  std::string domain; ///< `contoso.test`
  service kind = service::microsoft;
  std::size_t providers = 1;  ///< app registrations
  std::size_t delegates = 1;  ///< of each provider: users who may open its mailboxes and send as them
  std::size_t mailboxes = 20; ///< shared ones; spread evenly over providers, then delegates
  tenant_policies policies;
};

/// How mail comes.
struct mail_plan {
  std::size_t initial_each = 3; ///< in every INBOX from the beginning
  double per_second = 0;        ///< to all mailboxes together; 0: none but what is asked for
  bool round_robin = false;     ///< otherwise to mailboxes drawn by the seed
  std::size_t size_min = 0;     ///< octets, at least: filled up with text; 0: as generated
  std::filesystem::path corpus; ///< `*.eml` of this folder instead of generated mails; empty: generated
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

/// Everything about a run of the stand-in. The same scenario and seed make the same people, mails and faults (keys,
/// secrets and dates but for).
struct scenario {
  unsigned seed = 1;
  /// 0: any free port. All listen on 127.0.0.1 only.
  std::uint16_t identity_port = 0;
  std::uint16_t imap_port = 0;         ///< Exchange Online's face
  std::uint16_t smtp_port = 0;         ///< with STARTTLS
  std::uint16_t generic_imap_port = 0; ///< a face like Dovecot's
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
  mail_plan mail;
  limit_plan limits;
  std::vector<fault> faults;
  /// The journal remembers this many mails; older ones are forgotten, and it says so.
  std::size_t journal_mails_max = 1'000'000;
};

/// What an administrator would hand to whoever sets up a gateway: one app registration and who has signed in.
struct delegate_facts {
  std::string upn;
  secret<> password;
  secret<> refresh_token;
  std::vector<std::string> mailboxes;
};
struct provider_facts {
  std::string tenant_name;
  std::string tenant_id; ///< directory id
  service kind = service::microsoft;
  std::string application_name;
  std::string client_id;
  secret<> client_secret;
  std::string token_url;
  std::uint16_t imap_port = 0;
  std::uint16_t smtp_port = 0;
  std::vector<delegate_facts> delegates;
};

} // namespace postroom::sim
