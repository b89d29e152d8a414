#include "tests/support/postfix_config.hpp"

#include "tests/support/template_text.hpp"

#include <string_view>

namespace postroom::test {
namespace {

/// No name is ever looked up in the DNS.
constexpr std::string_view common_template = R"(
compatibility_level = 3.6
queue_directory = @root@/queue
data_directory = @root@/data
daemon_directory = @programs@
maillog_file_prefixes = @root@, /dev
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.contoso.test
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
notify_classes =
disable_vrfy_command = yes
smtpd_discard_ehlo_keywords = etrn
message_size_limit = @size@
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = @certificate@
smtpd_tls_key_file = @key@
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = @auth@
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
)";

/// Copies for Sent folders are asked for by `check_sasl_access`, which knows who has logged in (sender_bcc_maps would
/// know only the shared mailbox), and at DATA, because at RCPT each recipient would cause one.
constexpr std::string_view relaying_template = R"(
maillog_file = @root@/postfix.log
relayhost = [127.0.0.1]:@relay@
transport_maps = regexp:@root@/transport.regexp
smtp_tls_security_level = none
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
smtpd_sender_login_maps = @senders@
smtpd_sender_restrictions = check_sender_access regexp:@root@/code.regexp, reject_sender_login_mismatch
smtpd_recipient_restrictions = check_recipient_access regexp:@root@/code.regexp, check_recipient_access
  regexp:@root@/slow.regexp, permit_sasl_authenticated, reject
smtpd_data_restrictions = check_recipient_access regexp:@root@/data.regexp, check_sasl_access @copies@
smtpd_end_of_data_restrictions = check_recipient_access regexp:@root@/end.regexp
)";

constexpr std::string_view fast_template = R"(
maillog_file = /dev/null
default_transport = discard
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_event_limit_exceptions = 127.0.0.1
in_flow_delay = 0
qmgr_message_active_limit = 50000
default_destination_concurrency_limit = 100
)";

constexpr std::string_view services_template = R"(
127.0.0.1:@port@ inet n - n - @smtpds@ smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
)";

} // namespace

std::string postfix_main_cf(const postfix_values& values, bool fast) {
  return filled_in(common_template, values) + filled_in(fast ? fast_template : relaying_template, values);
}

std::string postfix_master_cf(const postfix_values& values) {
  return filled_in(services_template, values);
}

std::string postfix_codes(const std::string& word) {
  if (word == "slow")
    return "/^slow-([0-9]+)@/ sleep $1\n";
  return "/^" + word + R"(-([45][0-9][0-9])-([45]\.[0-9]+\.[0-9]+)@/ $1 $2 as you wish)" + "\n";
}

} // namespace postroom::test
