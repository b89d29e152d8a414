#include "sim/imap/folder_view.hpp"

#include <algorithm>
#include <iterator>

namespace postroom::sim {
namespace {

std::vector<std::uint32_t> uids_of(std::span<const mail> mails) {
  std::vector<std::uint32_t> uids;
  uids.reserve(mails.size());
  std::ranges::transform(mails, std::back_inserter(uids), &mail::uid);
  return uids;
}

} // namespace

void folder_view::open(const folder& of) {
  close();
  of_ = &of;
}

void folder_view::close() {
  of_ = nullptr;
  uids_ = {};
  behind_ = false;
}

std::size_t folder_view::size() const {
  return behind_ ? uids_.size() : of_ ? of_->mails().size() : 0;
}

std::uint32_t folder_view::uid_at(std::size_t sequence) const {
  return behind_ ? uids_[sequence - 1] : of_->mails()[sequence - 1].uid;
}

std::uint32_t folder_view::last_uid() const {
  return size() == 0 ? 0 : uid_at(size());
}

std::size_t folder_view::count_before(std::uint32_t uid) const {
  if (behind_)
    return static_cast<std::size_t>(std::ranges::lower_bound(uids_, uid) - uids_.begin());
  if (!of_)
    return 0;
  const auto mails = of_->mails();
  return static_cast<std::size_t>(std::ranges::lower_bound(mails, uid, {}, &mail::uid) - mails.begin());
}

bool folder_view::knows(std::uint32_t uid) const {
  const auto before = count_before(uid);
  return before < size() && uid_at(before + 1) == uid;
}

void folder_view::note_added() {
  if (behind_)
    return;
  const auto mails = of_->mails();
  uids_ = uids_of(mails.first(mails.size() - 1));
  behind_ = true;
}

void folder_view::note_expunged(std::uint32_t uid) {
  if (behind_)
    return;
  uids_ = uids_of(of_->mails());
  uids_.insert(std::ranges::lower_bound(uids_, uid), uid);
  behind_ = true;
}

std::vector<folder_view::gone> folder_view::take_expunged() {
  std::vector<gone> told;
  if (!behind_)
    return told;
  const auto mails = of_->mails();
  auto there = mails.begin(); // both are in the order of their UIDs
  std::size_t kept = 0;
  for (const auto uid : uids_) {
    while (there != mails.end() && there->uid < uid)
      ++there;
    if (there != mails.end() && there->uid == uid)
      uids_[kept++] = uid;
    else
      told.push_back({static_cast<std::uint32_t>(kept + 1), uid});
  }
  uids_.resize(kept);
  catch_up();
  return told;
}

std::size_t folder_view::take_added() {
  if (!behind_)
    return 0;
  const auto mails = of_->mails();
  const auto last_known = uids_.empty() ? 0 : uids_.back();
  const auto first_new = std::ranges::upper_bound(mails, last_known, {}, &mail::uid);
  const auto count = static_cast<std::size_t>(mails.end() - first_new);
  std::transform(first_new, mails.end(), std::back_inserter(uids_), [](const mail& each) { return each.uid; });
  catch_up();
  return count;
}

void folder_view::catch_up() {
  if (!std::ranges::equal(uids_, of_->mails(), {}, {}, &mail::uid))
    return;
  uids_ = {};
  behind_ = false;
}

} // namespace postroom::sim
