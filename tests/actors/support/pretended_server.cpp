#include "tests/actors/support/pretended_server.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace postroom {
namespace {

using session = pretended_server::session;

void code(session& to, std::string name, std::uint32_t number) {
  imap::status_response status;
  status.code = imap::response_code{std::move(name), std::to_string(number)};
  to.ear->on_data(status);
}

/// `4,6:9,12:*`
std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_of(const std::string& set) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
  for (std::size_t at = 0; at < set.size();) {
    const auto end = std::min(set.find(',', at), set.size());
    const auto part = set.substr(at, end - at);
    const auto colon = part.find(':');
    const auto first = static_cast<std::uint32_t>(std::stoul(part));
    auto last = first;
    if (colon != std::string::npos)
      last = part[colon + 1] == '*' ? 0xffff'ffff : static_cast<std::uint32_t>(std::stoul(part.substr(colon + 1)));
    out.emplace_back(first, last);
    at = end + 1;
  }
  return out;
}

wall_time date_of(std::uint32_t uid) {
  return wall_time{std::chrono::hours{24 * 365 * 50} + std::chrono::seconds{uid}};
}

void send_mail(session& to, std::uint32_t uid, const std::string& mail) {
  if (to.served->withheld.contains(uid)) {
    imap::fetch_data data;
    data.uid = message_uid{uid};
    data.body_withheld = true;
    to.ear->on_data(data);
    return;
  }
  net::fetched_message message;
  message.uid = message_uid{uid};
  message.internal_date = date_of(uid);
  message.bytes = mail.size();
  ++to.served->bodies_sent;
  if (to.at->on_sent)
    to.at->on_sent(mail.size());
  std::size_t at = 0;
  for (; mail.size() - at > limits::chunk_bytes_max; at += limits::chunk_bytes_max)
    to.ear->on_body_chunk(message.chunks++, mail.substr(at, limits::chunk_bytes_max));
  message.rest = mail.substr(at);
  to.ear->on_message(std::move(message));
}

void list_mail(session& to, std::uint32_t uid, const std::string& mail) {
  imap::fetch_data data;
  data.uid = message_uid{uid};
  data.internal_date = date_of(uid);
  data.size = to.served->listed_bytes != 0 ? to.served->listed_bytes : mail.size();
  to.ear->on_data(data);
}

/// False: the server keeps us waiting.
bool fetch(session& to, const imap::uid_fetch_command& command) {
  const bool bodies = std::count(command.items.begin(), command.items.end(), "BODY.PEEK[]") > 0;
  if (bodies && to.served->holds_bodies)
    return false;
  for (const auto& [first, last] : ranges_of(command.uids.text))
    for (auto it = to.served->mails.lower_bound(first); it != to.served->mails.end() && it->first <= last; ++it)
      bodies ? send_mail(to, it->first, it->second) : list_mail(to, it->first, it->second);
  return true;
}

imap::search_data found_in_sent(const session& of, const std::string& criteria) {
  imap::search_data data;
  if (!of.served->sent_in.empty() && of.served->sent_in != of.opened)
    return data;
  for (const auto& id : of.served->sent)
    if (criteria.find("<" + id + ">") != std::string::npos)
      data.numbers.push_back(7);
  return data;
}

void refuse(session& to, imap::ticket id, std::string text) {
  imap::command_outcome outcome;
  outcome.id = id;
  outcome.kind = imap::status_kind::no;
  outcome.text = std::move(text);
  to.ear->on_command_done(outcome);
}

void finish(session& to, imap::ticket id) {
  imap::command_outcome outcome;
  outcome.id = id;
  to.ear->on_command_done(outcome);
}

void answer(session& to, const imap::command& command) {
  const auto id = ++to.last_ticket;
  to.served->commands.push_back(command);
  if (!to.served->refuses_all.empty())
    return refuse(to, id, to.served->refuses_all);
  if (const auto* opened = std::get_if<imap::select_command>(&command)) {
    if (to.served->missing_folders.contains(opened->folder))
      return refuse(to, id, opened->folder + " doesn't exist.");
    to.opened = opened->folder;
    code(to, "UIDVALIDITY", to.served->validity);
    code(to, "UIDNEXT", to.served->uid_next);
  } else if (const auto* wanted = std::get_if<imap::uid_fetch_command>(&command)) {
    if (!fetch(to, *wanted))
      return;
  } else if (std::holds_alternative<imap::list_command>(command)) {
    for (const auto& each : to.served->listed)
      to.ear->on_data(each);
  } else if (const auto* search = std::get_if<imap::uid_search_command>(&command)) {
    to.ear->on_data(found_in_sent(to, search->criteria));
  } else if (std::holds_alternative<imap::idle_command>(command)) {
    to.idle_ticket = id;
    to.ear->on_idling();
    return;
  }
  finish(to, id);
}

class pretended_link final : public net::imap_link {
public:
  explicit pretended_link(std::shared_ptr<session> s) : session_(std::move(s)) {}
  ~pretended_link() override { session_->ear.reset(); }
  void submit(std::vector<imap::command> commands) override {
    for (const auto& each : commands)
      if (session_->open() && session_->ready)
        answer(*session_, each);
  }
  void end_idle() override {
    if (const auto id = std::exchange(session_->idle_ticket, 0); id != 0 && session_->open())
      finish(*session_, id);
  }
  void close() override { pretended_server::drop(*session_, fail(errc::cancelled, "closed")); }

private:
  std::shared_ptr<session> session_;
};

} // namespace

std::uint32_t pretended_server::account::deliver(const std::string& from) {
  const auto uid = uid_next++;
  const auto n = std::to_string(uid);
  mails[uid] = "From: " + from + "\r\nSubject: mail " + n + "\r\nMessage-ID: <" + n + "@example.com>\r\n\r\ntext";
  return uid;
}

std::unique_ptr<net::imap_link> pretended_server::open(net::imap_target target,
                                                       std::shared_ptr<net::imap_link_listener> ear) {
  std::unique_lock lock{mutex_};
  auto& served = accounts[target.session.user];
  ++served.dialled;
  if (served.mood == mood::crashes_us)
    throw std::runtime_error("a bug");
  auto made = std::make_shared<session>();
  made->target = std::move(target);
  made->ear = std::move(ear);
  made->served = &served;
  made->at = this;
  sessions.push_back(made);
  lock.unlock();
  if (served.mood == mood::refuses) {
    drop(*made, fail(errc::connect_failed, "refused"));
  } else if (served.mood == mood::serves) {
    made->ear->on_connected();
    if (served.refused_with)
      drop(*made, *served.refused_with);
    else {
      made->ready = true;
      made->ear->on_ready({});
    }
  }
  return std::make_unique<pretended_link>(std::move(made));
}

std::vector<std::shared_ptr<session>> pretended_server::open_sessions(const std::string& user) const {
  std::vector<std::shared_ptr<session>> out;
  for (const auto& each : sessions)
    if (each->open() && each->target.session.user == user)
      out.push_back(each);
  return out;
}

std::size_t pretended_server::open_count() const {
  return static_cast<std::size_t>(
      std::count_if(sessions.begin(), sessions.end(), [](const auto& each) { return each->open(); }));
}

void pretended_server::announce(const std::string& user) {
  for (const auto& each : open_sessions(user))
    each->ear->on_data(imap::exists_data{static_cast<std::uint32_t>(each->served->mails.size())});
}

void pretended_server::drop(session& which, error why) {
  which.idle_ticket = 0;
  if (const auto ear = std::exchange(which.ear, nullptr))
    ear->on_closed(why);
}

} // namespace postroom
