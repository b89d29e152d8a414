#include "tests/support/postfix.hpp"

#include "base/ascii.hpp"
#include "tests/support/postfix_config.hpp"
#include "tests/support/wire.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace postroom::test {
namespace {

namespace fs = std::filesystem;

void make_directory(const fs::path& path, uid_t owner, gid_t group, mode_t mode) {
  fs::create_directories(path);
  if (::chown(path.c_str(), owner, group) != 0 || ::chmod(path.c_str(), mode) != 0)
    throw std::runtime_error("cannot set the rights of " + path.string());
}

/// As `postfix check` would make them; that one also looks at installed files, which are no business of ours.
void make_directories(const fs::path& root, const passwd& postfix_user, const group& drop_group) {
  const auto user = postfix_user.pw_uid;
  const auto own = postfix_user.pw_gid;
  make_directory(root / "data", user, own, 0700);
  make_directory(root / "queue", 0, 0, 0755);
  make_directory(root / "queue" / "pid", 0, 0, 0755);
  for (const char* name :
       {"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"})
    make_directory(root / "queue" / name, user, own, 0700);
  make_directory(root / "queue" / "public", user, drop_group.gr_gid, 0710);
  make_directory(root / "queue" / "maildrop", user, drop_group.gr_gid, 0730);
}

bool greets(std::uint16_t port) {
  auto client = wire::connect(port);
  const auto greeting = client ? (*client)->read_line() : client.error();
  return greeting && greeting->starts_with("220");
}

} // namespace

postfix::postfix(dovecot& server, postfix_options options)
    : server_(server), options_(std::move(options)), port_(free_port()),
      copies_wanted_(options_.sent_copies && !server.sent_folder().empty()), copies_(server),
      map_([this](const std::string& table, const std::string& key) { return look_up(table, key); }) {
  for (const auto& [delegate, sender] : options_.rights)
    allow(delegate, sender);
  if (options_.sent_copies)
    copies_.come_after(*options_.sent_copies);
}

postfix::~postfix() {
  stop();
}

result<std::unique_ptr<postfix>> postfix::start(dovecot& server, postfix_options options) {
  std::unique_ptr<postfix> started{new postfix(server, std::move(options))};
  if (auto prepared = started->prepare(); !prepared)
    return prepared.error();
  if (auto launched = started->launch(); !launched)
    return launched.error();
  return started;
}

result<void> postfix::prepare() {
  if (::geteuid() != 0)
    return fail(errc::not_found, "Postfix can be started by root only");
  const auto asked = run({"postconf", "-d", "-h", "daemon_directory"});
  if (!asked)
    return asked.error();
  programs_ = asked->output.substr(0, asked->output.find('\n'));
  const passwd* user = ::getpwnam("postfix");
  const group* drop = ::getgrnam("postdrop");
  if (!user || !drop)
    return fail(errc::not_found, "there is no user postfix or no group postdrop");
  make_directories(directory_.path(), *user, *drop);
  write_configuration();
  return {};
}

void postfix::write_configuration() const {
  const auto& root = directory_.path();
  const postfix_values values{
      {"@root@", root.string()},
      {"@programs@", programs_.string()},
      {"@size@", std::to_string(options_.message_bytes_max)},
      {"@certificate@", certificates().certificate.string()},
      {"@key@", certificates().private_key.string()},
      {"@auth@", server_.auth_socket().string()},
      {"@relay@", std::to_string(relay_.port())},
      {"@senders@", map_.table("senders")},
      {"@copies@", map_.table("copies")},
      {"@port@", std::to_string(port_)},
      {"@smtpds@", std::to_string(options_.smtpd_processes)},
  };
  const auto past_the_queue = options_.fast_sink == 0
                                  ? std::string{}
                                  : "smtpd_proxy_filter = 127.0.0.1:" + std::to_string(options_.fast_sink) + "\n";
  write_file(root / "main.cf", postfix_main_cf(values, options_.fast) + past_the_queue + options_.extra_config + "\n");
  write_file(root / "master.cf", postfix_master_cf(values));
  write_file(root / "transport.regexp", "/\\" + std::string{postfix_copies::address_suffix} +
                                            "$/ smtp:[127.0.0.1]:" + std::to_string(copies_.port()) + "\n");
  for (const char* word : {"code", "data", "end", "slow"})
    write_file(root / (std::string{word} + ".regexp"), postfix_codes(word));
}

result<void> postfix::launch() {
  spawn_options how;
  how.output_file = directory_.path() / "postfix.out";
  // -d: it stays in the foreground and in its process group, so that kill() reaches all its children.
  auto master = process::spawn({(programs_ / "master").string(), "-c", directory_.path().string(), "-d"}, how);
  if (!master)
    return master.error();
  master_ = std::move(*master);
  if (!wait_until([this] { return !master_->running() || greets(port_); }, 15s) || !master_->running())
    return fail(errc::timeout, "Postfix did not start: " + master_->output() + log());
  return {};
}

std::string postfix::log() const {
  return read_file(directory_.path() / "postfix.log");
}

std::size_t postfix::queued() const {
  std::size_t count = 0;
  for (const char* name : {"incoming", "active", "deferred"})
    for (fs::recursive_directory_iterator at{directory_.path() / "queue" / name}, end; at != end;) {
      std::error_code gone; // a mail may leave while we count
      count += at->is_regular_file(gone) ? 1U : 0U;
      at.increment(gone);
    }
  return count;
}

void postfix::allow(const std::string& delegate, const std::string& sender) {
  const std::lock_guard lock{mutex_};
  rights_.emplace(ascii_lower(sender), ascii_lower(delegate));
}

void postfix::forbid(const std::string& delegate, const std::string& sender) {
  const std::lock_guard lock{mutex_};
  rights_.erase({ascii_lower(sender), ascii_lower(delegate)});
}

void postfix::send_copies_after(std::optional<std::chrono::milliseconds> delay) {
  const std::lock_guard lock{mutex_};
  copies_wanted_ = delay && !server_.sent_folder().empty();
  if (delay)
    copies_.come_after(*delay);
}

std::optional<std::string> postfix::look_up(const std::string& table, const std::string& key) {
  const std::lock_guard lock{mutex_};
  if (table == "copies")
    return copies_wanted_ ? std::optional{"BCC " + key + postfix_copies::address_suffix} : std::nullopt;
  std::string delegates;
  for (const auto& [sender, delegate] : rights_)
    if (sender == ascii_lower(key))
      delegates += (delegates.empty() ? "" : ", ") + delegate;
  return delegates.empty() ? std::nullopt : std::optional{delegates};
}

void postfix::stop() {
  if (master_)
    master_->stop(5s);
  master_.reset();
}

void postfix::kill() {
  if (master_)
    master_->kill();
  master_.reset();
}

result<void> postfix::restart() {
  stop();
  return launch();
}

} // namespace postroom::test
