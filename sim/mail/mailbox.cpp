#include "sim/mail/mailbox.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::array<std::string_view, 6> flag_names{"\\Seen",    "\\Answered", "\\Flagged",
                                                     "\\Deleted", "\\Draft",    "$MDNSent"};
/// Name and use. The first is the inbox.
constexpr std::array<std::array<std::string_view, 2>, 5> folders_of_all{{{"INBOX", ""},
                                                                         {"Sent Items", "\\Sent"},
                                                                         {"Drafts", "\\Drafts"},
                                                                         {"Deleted Items", "\\Trash"},
                                                                         {"Junk Email", "\\Junk"}}};
constexpr std::uint32_t first_uid_validity = 14;

} // namespace

std::string flags_text(std::uint8_t flags) {
  std::string text;
  for (std::size_t bit = 0; bit < flag_names.size(); ++bit)
    if (flags & (1U << bit))
      text += (text.empty() ? "" : " ") + std::string{flag_names[bit]};
  return text;
}

std::uint8_t parse_flag(std::string_view name) {
  for (std::size_t bit = 0; bit < flag_names.size(); ++bit)
    if (ascii_lower(flag_names[bit]) == ascii_lower(name))
      return static_cast<std::uint8_t>(1U << bit);
  return 0;
}

const mail* folder::find(std::uint32_t uid) const {
  const auto found = std::ranges::lower_bound(mails_, uid, {}, &mail::uid);
  return found != mails_.end() && found->uid == uid ? &*found : nullptr;
}

std::uint32_t folder::add(std::shared_ptr<const std::string> raw, wall_time received, std::uint8_t flags) {
  mails_.push_back({uid_next_++, flags, received, std::move(raw)});
  const auto uid = mails_.back().uid;
  for (auto* watcher : watchers_)
    watcher->on_added();
  return uid;
}

bool folder::set_flags(std::uint32_t uid, std::uint8_t flags, const folder_watcher* by) {
  const auto found = std::ranges::lower_bound(mails_, uid, {}, &mail::uid);
  if (found == mails_.end() || found->uid != uid)
    return false;
  if (std::exchange(found->flags, flags) != flags)
    for (auto* watcher : watchers_)
      if (watcher != by)
        watcher->on_flags(uid);
  return true;
}

bool folder::expunge(std::uint32_t uid) {
  const auto found = std::ranges::lower_bound(mails_, uid, {}, &mail::uid);
  if (found == mails_.end() || found->uid != uid)
    return false;
  mails_.erase(found);
  for (auto* watcher : watchers_)
    watcher->on_expunged();
  return true;
}

void folder::renumber() {
  uid_validity_ += 7;
  uid_next_ = 1;
  for (auto& mail : mails_)
    mail.uid = uid_next_++;
  for (auto* watcher : watchers_)
    watcher->on_renumbered();
}

mailbox::mailbox(std::string address) : address_(std::move(address)) {
  for (const auto& [name, use] : folders_of_all)
    folders_.push_back(std::make_unique<folder>(std::string{name}, std::string{use}, first_uid_validity));
}

folder* mailbox::find(std::string_view name) const {
  const auto wanted = ascii_lower(name);
  for (const auto& each : folders_)
    if (ascii_lower(each->name()) == wanted)
      return each.get();
  return nullptr;
}

mailbox& directory::add(const std::string& address) {
  auto& place = mailboxes_[ascii_lower(address)];
  if (!place) {
    place = std::make_unique<mailbox>(address);
    addresses_.push_back(address);
  }
  return *place;
}

mailbox* directory::find(std::string_view address) const {
  const auto found = mailboxes_.find(ascii_lower(address));
  return found == mailboxes_.end() ? nullptr : found->second.get();
}

void directory::add(rights& to, std::string_view who, std::string_view address) {
  auto& addresses = to[ascii_lower(who)];
  auto name = ascii_lower(address);
  const auto place = std::ranges::lower_bound(addresses, name);
  if (place == addresses.end() || *place != name)
    addresses.insert(place, std::move(name));
}

void directory::remove(rights& from, std::string_view who, std::string_view address) {
  if (const auto found = from.find(ascii_lower(who)); found != from.end())
    std::erase(found->second, ascii_lower(address));
}

bool directory::has(const rights& in, std::string_view who, std::string_view address) {
  const auto found = in.find(ascii_lower(who));
  return found != in.end() && std::ranges::binary_search(found->second, ascii_lower(address));
}

void directory::allow(std::string_view who, std::string_view address) {
  add(full_access_, who, address);
}

void directory::forbid(std::string_view who, std::string_view address) {
  remove(full_access_, who, address);
}

void directory::allow_send_as(std::string_view who, std::string_view address) {
  add(send_as_, who, address);
}

void directory::forbid_send_as(std::string_view who, std::string_view address) {
  remove(send_as_, who, address);
}

bool directory::may_open(std::string_view who, std::string_view address) const {
  return has(full_access_, who, address);
}

bool directory::may_send_as(std::string_view who, std::string_view address) const {
  return has(send_as_, who, address);
}

} // namespace postroom::sim
