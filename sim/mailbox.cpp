#include "sim/mailbox.hpp"

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

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& c : lower)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string flags_text(std::uint8_t flags) {
  std::string text;
  for (std::size_t bit = 0; bit < flag_names.size(); ++bit)
    if (flags & (1U << bit))
      text += (text.empty() ? "" : " ") + std::string{flag_names[bit]};
  return text;
}

std::uint8_t parse_flag(std::string_view name) {
  for (std::size_t bit = 0; bit < flag_names.size(); ++bit)
    if (lower_case(flag_names[bit]) == lower_case(name))
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
  const auto wanted = lower_case(name);
  for (const auto& each : folders_)
    if (lower_case(each->name()) == wanted)
      return each.get();
  return nullptr;
}

mailbox& directory::add(const std::string& address) {
  auto& place = mailboxes_[lower_case(address)];
  if (!place)
    place = std::make_unique<mailbox>(address);
  return *place;
}

mailbox* directory::find(std::string_view address) const {
  const auto found = mailboxes_.find(lower_case(address));
  return found == mailboxes_.end() ? nullptr : found->second.get();
}

void directory::allow(std::string_view upn, std::string_view address) {
  auto& rights = rights_[lower_case(upn)];
  auto name = lower_case(address);
  const auto place = std::ranges::lower_bound(rights, name);
  if (place == rights.end() || *place != name)
    rights.insert(place, std::move(name));
}

void directory::forbid(std::string_view upn, std::string_view address) {
  std::erase(rights_[lower_case(upn)], lower_case(address));
}

bool directory::may_open(std::string_view upn, std::string_view address) const {
  const auto rights = rights_.find(lower_case(upn));
  return rights != rights_.end() && std::ranges::binary_search(rights->second, lower_case(address));
}

} // namespace postroom::sim
