#include "tests/support/dovecot.hpp"

#include "base/ascii.hpp"
#include "tests/support/template_text.hpp"
#include "tests/support/wire.hpp"

#include <algorithm>
#include <atomic>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <unistd.h>

namespace postroom::test {
namespace {

namespace fs = std::filesystem;

/// A token names the delegate, the login names the mailbox, and Dovecot insists that both are equal. Here both sides of
/// its comparison expand to the constant `delegate`, so that it always holds; the access list decides instead.
constexpr std::string_view oauth2_template = R"(
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=@root@/keys/
issuers = @issuers@
username_attribute = upn
username_format = delegate
pass_attrs = delegate=%{oauth2:upn}
)";

/// The penalty of anvil must be off: one failed login from 127.0.0.1 would delay all later ones by up to 15 s.
constexpr std::string_view main_template = R"(
protocols = imap lmtp
listen = 127.0.0.1
base_dir = @root@/run
state_dir = @root@/state
log_path = @root@/dovecot.log
ssl = yes
ssl_cert = <@root@/tls/server.pem
ssl_key = <@root@/tls/server.key
auth_mechanisms = xoauth2 oauthbearer plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 0
mailbox_idle_check_interval = 5 secs
first_valid_uid = 1
imap_hibernate_timeout = @hibernate@ secs
lmtp_add_received_header = no
lmtp_hdr_delivery_address = none
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = @root@/oauth2.conf.ext
  result_success = continue-ok
  result_failure = return-fail
  result_internalfail = return-fail
}
passdb {
  driver = passwd-file
  mechanisms = xoauth2 oauthbearer
  skip = unauthenticated
  args = username_format=%{passdb:delegate}!%Lu @root@/access.list
  result_success = return-ok
  result_failure = return-fail
  result_internalfail = return-fail
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=@password@
}
userdb {
  driver = static
  args = uid=@uid@ gid=@gid@ home=@root@/mail/%Lu allow_all_users=yes
}
default_process_limit = 100
service anvil {
  client_limit = 20000
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  client_limit = 20000
  unix_listener auth-submission {
    mode = 0666
  }
}
service stats {
  client_limit = 20000
}
service imap-login {
  service_count = 0
  process_min_avail = @logins@
  process_limit = @logins@
  client_limit = 9000
  vsz_limit = 0
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = @imaps@
    ssl = yes
  }
}
service imap {
  service_count = 100
  process_limit = 9000
  unix_listener imap-master {
    mode = 0666
  }
}
service imap-hibernate {
  client_limit = 9000
  unix_listener imap-hibernate {
    mode = 0666
  }
}
service lmtp {
  process_min_avail = 1
  inet_listener lmtp {
    port = @lmtp@
  }
}
)";

/// Mail for `user+folder` goes into that folder.
constexpr std::string_view sent_folder_template = R"(
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autocreate = yes
namespace inbox {
  inbox = yes
  mailbox "@sent@" {
    auto = subscribe
    special_use = \Sent
  }
}
)";

std::string own_user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry ? entry->pw_name : std::to_string(::geteuid());
}

std::string own_group_name() {
  const group* entry = ::getgrgid(::getegid());
  return entry ? entry->gr_name : std::to_string(::getegid());
}

struct mail_owner {
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
};

/// Dovecot refuses to touch mail as root.
mail_owner owner_of_mail() {
  mail_owner owner;
  if (owner.uid == 0)
    if (const passwd* mail = ::getpwnam("mail"))
      owner = {mail->pw_uid, mail->pw_gid};
  return owner;
}

void give_to(const fs::path& path, const mail_owner& owner) {
  if (::geteuid() == 0 && ::chown(path.c_str(), owner.uid, owner.gid) != 0)
    throw std::runtime_error("chown " + path.string());
}

/// An ordinary user may run Dovecot when all its parts run as that user, without chroot.
std::string rights_of_parts() {
  if (::geteuid() == 0)
    return "default_internal_user = dovecot\ndefault_login_user = dovenull\n";
  const std::string user = own_user_name();
  std::string text = "default_internal_user = " + user + "\ndefault_login_user = " + user +
                     "\ndefault_internal_group = " + own_group_name() + "\n";
  for (const char* service : {"anvil", "imap-login", "stats", "lmtp", "imap-hibernate", "ipc", "dns-client"})
    text += "service " + std::string{service} + " {\n  chroot =\n}\n";
  return text;
}

/// CR LF line ends, and dots doubled at the beginning of lines (RFC 5321 §4.5.2).
std::string as_smtp_data(std::string_view raw) {
  std::string data;
  data.reserve(raw.size() + raw.size() / 32 + 8);
  bool at_line_start = true;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (at_line_start && raw[i] == '.')
      data += '.';
    if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
      data += '\r';
    data += raw[i];
    at_line_start = raw[i] == '\n';
  }
  return data + (at_line_start ? ".\r\n" : "\r\n.\r\n");
}

result<void> expect(wire& lmtp, char first_digit) {
  for (;;) {
    auto line = lmtp.read_line();
    if (!line)
      return line.error();
    if (line->size() > 3 && (*line)[3] == '-')
      continue;
    if (line->empty() || line->front() != first_digit)
      return fail(errc::command_refused, *line);
    return {};
  }
}

/// Of a Maildir. Dovecot gives UIDs in the order of the two time fields; a counter in place of microseconds keeps our
/// order. With its sizes in the name (W: with CR LF) a mail can be listed without being read.
std::string next_file_name(std::string_view raw) {
  static std::atomic<unsigned> counter{0};
  static const auto base = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const unsigned number = counter++;
  std::size_t bare_line_feeds = 0;
  for (std::size_t i = 0; i < raw.size(); ++i)
    bare_line_feeds += raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r') ? 1 : 0;
  char name[128];
  std::snprintf(name, sizeof name, "%lld.M%06uP%d.test,S=%zu,W=%zu", static_cast<long long>(base) + number / 1'000'000,
                number % 1'000'000, static_cast<int>(::getpid()), raw.size(), raw.size() + bare_line_feeds);
  return name;
}

} // namespace

dovecot::dovecot(dovecot_options options)
    : options_(std::move(options)), imaps_port_(free_port()), lmtp_port_(free_port()) {
}

dovecot::~dovecot() {
  stop();
}

result<std::unique_ptr<dovecot>> dovecot::start(dovecot_options options) {
  std::unique_ptr<dovecot> server{new dovecot(std::move(options))};
  if (auto prepared = server->prepare(); !prepared)
    return prepared.error();
  if (auto launched = server->launch(); !launched)
    return launched.error();
  return server;
}

result<void> dovecot::prepare() {
  auto certificates = make_test_certificates(directory_.path() / "tls");
  if (!certificates)
    return certificates.error();
  certificates_ = std::move(*certificates);
  issuer_.publish_to(directory_.path() / "keys");
  auto issuers = issuer_.issuer();
  for (const auto& each : options_.trusted) {
    issuers += ' ' + each.issuer;
    publish_key(directory_.path() / "keys", each.client_id, each.key_id, each.public_key_pem);
  }
  fs::create_directories(directory_.path() / "run");
  fs::create_directories(directory_.path() / "state");
  fs::create_directories(directory_.path() / "mail");
  give_to(directory_.path() / "mail", owner_of_mail());
  for (const auto& mailbox : options_.mailboxes)
    (void)maildir(mailbox);
  write_access_list();
  write_file(directory_.path() / "oauth2.conf.ext",
             filled_in(oauth2_template, {{"@root@", directory_.path().string()}, {"@issuers@", issuers}}));
  write_file(directory_.path() / "dovecot.conf", configuration());
  return {};
}

std::string dovecot::configuration() const {
  const mail_owner owner = owner_of_mail();
  const std::vector<std::pair<std::string, std::string>> values{
      {"@root@", directory_.path().string()},
      {"@uid@", std::to_string(owner.uid)},
      {"@gid@", std::to_string(owner.gid)},
      {"@password@", options_.password},
      {"@hibernate@", std::to_string(options_.imap_hibernate_timeout.count())},
      {"@logins@", std::to_string(options_.login_processes)},
      {"@imaps@", std::to_string(imaps_port_)},
      {"@lmtp@", std::to_string(lmtp_port_)},
  };
  const auto sent =
      options_.sent_folder.empty() ? "" : filled_in(sent_folder_template, {{"@sent@", options_.sent_folder}});
  return filled_in(main_template, values) + sent + rights_of_parts() + options_.extra_config + "\n";
}

void dovecot::write_access_list() const {
  std::string list;
  for (const auto& [delegate, mailbox] : options_.rights)
    list += delegate + "!" + ascii_lower(mailbox) + ":::::::nopassword=y\n";
  if (!options_.sent_folder.empty())
    for (const auto& [delegate, mailbox] : options_.rights)
      list += delegate + "!" + ascii_lower(delegate) + ":::::::nopassword=y\n";
  write_file(directory_.path() / "access.list", list);
}

result<void> dovecot::launch() {
  spawn_options options;
  options.output_file = directory_.path() / "dovecot.out";
  auto master = process::spawn({"dovecot", "-F", "-c", (directory_.path() / "dovecot.conf").string()}, options);
  if (!master)
    return master.error();
  master_ = std::move(*master);
  const auto up = [this] {
    return !master_->running() || (accepts_connections(imaps_port_) && accepts_connections(lmtp_port_));
  };
  if (!wait_until(up, 15s) || !master_->running())
    return fail(errc::timeout, "Dovecot did not start: " + master_->output() + log());
  return {};
}

std::string dovecot::log() const {
  return read_file(directory_.path() / "dovecot.log");
}

void dovecot::grant(const std::string& delegate, const std::string& mailbox) {
  options_.rights.emplace_back(delegate, mailbox);
  (void)maildir(mailbox);
  write_access_list();
}

void dovecot::revoke(const std::string& delegate, const std::string& mailbox) {
  std::erase(options_.rights, std::pair{delegate, mailbox});
  write_access_list();
}

result<void> dovecot::deliver(const std::string& mailbox, std::string_view raw) {
  auto connected = wire::connect(lmtp_port_);
  if (!connected)
    return connected.error();
  wire& lmtp = **connected;
  const std::vector<std::pair<std::string, char>> dialogue{{"LHLO localhost\r\n", '2'},
                                                           {"MAIL FROM:<sender@example.test>\r\n", '2'},
                                                           {"RCPT TO:<" + mailbox + ">\r\n", '2'},
                                                           {"DATA\r\n", '3'},
                                                           {as_smtp_data(raw), '2'}};
  if (auto greeted = expect(lmtp, '2'); !greeted)
    return greeted;
  for (const auto& [bytes, answer] : dialogue) {
    if (auto written = lmtp.write(bytes); !written)
      return written;
    if (auto answered = expect(lmtp, answer); !answered)
      return answered;
  }
  return lmtp.write("QUIT\r\n");
}

result<void> dovecot::deliver_to_folder(const std::string& mailbox, const std::string& folder, std::string_view raw) {
  const auto at = mailbox.rfind('@');
  return deliver('"' + mailbox.substr(0, at) + '+' + folder + '"' + mailbox.substr(at), raw);
}

fs::path dovecot::maildir(const std::string& mailbox) {
  const auto home = directory_.path() / "mail" / ascii_lower(mailbox);
  if (fs::exists(home / "Maildir" / "new"))
    return home / "Maildir";
  const auto owner = owner_of_mail();
  for (const char* part : {"Maildir/cur", "Maildir/tmp", "Maildir/new"})
    fs::create_directories(home / part);
  for (const char* part : {"", "Maildir", "Maildir/cur", "Maildir/tmp", "Maildir/new"})
    give_to(home / part, owner);
  return home / "Maildir";
}

void dovecot::drop(const std::string& mailbox, std::string_view raw) {
  const auto name = next_file_name(raw);
  const auto folder = maildir(mailbox);
  write_file(folder / "tmp" / name, raw);
  give_to(folder / "tmp" / name, owner_of_mail());
  fs::rename(folder / "tmp" / name, folder / "new" / name);
}

void dovecot::drop_linked(const std::vector<std::string>& mailboxes, std::size_t copies, std::string_view raw) {
  const auto original = directory_.path() / next_file_name(raw);
  write_file(original, raw);
  give_to(original, owner_of_mail());
  for (const auto& mailbox : mailboxes)
    for (std::size_t i = 0; i < copies; ++i)
      fs::create_hard_link(original, maildir(mailbox) / "new" / next_file_name(raw));
}

void dovecot::preload(const std::string& mailbox, std::size_t count,
                      const std::function<std::string(std::size_t)>& make) {
  for (std::size_t i = 0; i < count; ++i)
    drop(mailbox, make(i));
}

result<std::string> dovecot::doveadm(std::vector<std::string> arguments) {
  std::vector<std::string> line{"doveadm", "-c", (directory_.path() / "dovecot.conf").string()};
  line.insert(line.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  auto outcome = run(line);
  if (!outcome)
    return outcome.error();
  if (outcome->status != 0)
    return fail(errc::command_refused, outcome->output);
  return std::move(outcome->output);
}

result<std::size_t> dovecot::message_count(const std::string& mailbox, const std::string& folder) {
  auto answer = doveadm({"-f", "tab", "mailbox", "status", "-u", mailbox, "messages", folder});
  if (!answer)
    return answer.error();
  // A line of headings, then "folder<tab>number".
  const auto tab = answer->rfind('\t');
  if (tab == std::string::npos)
    return fail(errc::protocol_violation, *answer);
  return static_cast<std::size_t>(std::strtoull(answer->c_str() + tab + 1, nullptr, 10));
}

result<void> dovecot::expunge(const std::string& mailbox, const std::vector<std::string>& query) {
  std::vector<std::string> arguments{"expunge", "-u", mailbox, "mailbox", "INBOX"};
  arguments.insert(arguments.end(), query.begin(), query.end());
  if (auto done = doveadm(std::move(arguments)); !done)
    return done.error();
  return {};
}

result<void> dovecot::renew_uidvalidity(const std::string& mailbox) {
  stop();
  for (const auto& entry : fs::directory_iterator(maildir(mailbox)))
    if (const auto name = entry.path().filename().string();
        name == "dovecot-uidlist" || name.starts_with("dovecot.index"))
      fs::remove(entry.path());
  return restart();
}

result<void> dovecot::kick(const std::string& mailbox) {
  if (auto done = doveadm({"kick", mailbox}); !done)
    return done.error();
  return {};
}

void dovecot::stop() {
  if (master_)
    master_->stop(5s);
  master_.reset();
}

void dovecot::kill() {
  if (master_)
    master_->kill();
  master_.reset();
}

result<void> dovecot::restart() {
  stop();
  return launch();
}

} // namespace postroom::test
