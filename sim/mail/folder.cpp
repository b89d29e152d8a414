#include "sim/mail/folder.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::array<std::string_view, 6> flag_names{"\\Seen",    "\\Answered", "\\Flagged",
                                                     "\\Deleted", "\\Draft",    "$MDNSent"};

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
    if (ascii_iequals(flag_names[bit], name))
      return static_cast<std::uint8_t>(1U << bit);
  return 0;
}

folder::~folder() {
  for (auto* watcher : std::exchange(watchers_, {}))
    watcher->on_removed();
}

const mail* folder::find(std::uint32_t uid) const {
  const auto found = std::ranges::lower_bound(mails_, uid, {}, &mail::uid);
  return found != mails_.end() && found->uid == uid ? &*found : nullptr;
}

const mail* folder::find_id(std::uint64_t id) const {
  if (use_ == "\\All") { // in the order of their ids, but for those that have come back from elsewhere
    const auto found = std::ranges::lower_bound(mails_, id, {}, &mail::id);
    if (found != mails_.end() && found->id == id)
      return &*found;
  }
  const auto found = std::ranges::find(mails_, id, &mail::id);
  return found != mails_.end() ? &*found : nullptr;
}

std::optional<std::vector<std::uint32_t>> folder::expunged_since(std::uint64_t mod_seq) const {
  if (mod_seq < forgotten_mod_seq_)
    return std::nullopt;
  std::vector<std::uint32_t> uids;
  for (const auto& each : history_)
    if (each.mod_seq > mod_seq)
      uids.push_back(each.uid);
  std::ranges::sort(uids);
  return uids;
}

std::uint32_t folder::add(std::shared_ptr<const std::string> raw, wall_time received, std::uint8_t flags,
                          std::uint32_t keywords, std::uint64_t id) {
  mails_.push_back({uid_next_++, flags, received, std::move(raw), keywords, ++highest_mod_seq_, id});
  const auto uid = mails_.back().uid;
  if (keeper_)
    keeper_->on_added(*this, mails_.back());
  for (auto* watcher : watchers_)
    watcher->on_added();
  return uid;
}

bool folder::set_flags(std::uint32_t uid, std::uint8_t flags, const folder_watcher* by) {
  const auto* found = find(uid);
  return found && set_marks(uid, {flags, found->keywords}, by);
}

bool folder::set_marks(std::uint32_t uid, const mail_marks& marks, const folder_watcher* by) {
  const auto found = std::ranges::lower_bound(mails_, uid, {}, &mail::uid);
  if (found == mails_.end() || found->uid != uid)
    return false;
  if (mail_marks{found->flags, found->keywords} == marks)
    return true;
  found->flags = marks.flags;
  found->keywords = marks.keywords;
  found->mod_seq = ++highest_mod_seq_;
  if (keeper_)
    keeper_->on_marks(*this, *found, by);
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
  history_.push_back({++highest_mod_seq_, uid});
  if (history_.size() > history_max) {
    forgotten_mod_seq_ = history_.front().mod_seq;
    history_.pop_front();
  }
  for (auto* watcher : watchers_)
    watcher->on_expunged(uid);
  return true;
}

void folder::renumber() {
  uid_validity_ += 7;
  uid_next_ = 1;
  history_.clear();
  forgotten_mod_seq_ = highest_mod_seq_;
  for (auto& mail : mails_) {
    mail.uid = uid_next_++;
    mail.mod_seq = ++highest_mod_seq_;
  }
  for (auto* watcher : watchers_)
    watcher->on_renumbered();
}

std::uint32_t folder::find_keyword(std::string_view name) const {
  for (std::size_t bit = 0; bit < keywords_.size(); ++bit)
    if (ascii_iequals(keywords_[bit], name))
      return 1U << bit;
  return 0;
}

std::uint32_t folder::use_keyword(std::string_view name) {
  if (const auto known = find_keyword(name))
    return known;
  if (keywords_.size() >= keywords_max || name.empty() || name.size() > keyword_bytes_max)
    return 0;
  keywords_.emplace_back(name);
  return 1U << (keywords_.size() - 1);
}

} // namespace postroom::sim
