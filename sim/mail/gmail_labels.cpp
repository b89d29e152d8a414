#include "sim/mail/gmail_labels.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

bool is_apart(const folder& each) {
  return each.use() == "\\Trash" || each.use() == "\\Junk";
}

/// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string label_of(const folder& each) {
  if (each.name() == "INBOX")
    return "\\Inbox";
  return each.use() == "\\Drafts" ? "\\Draft" : each.use().empty() ? each.name() : each.use();
}

} // namespace

gmail_labels::gmail_labels(std::vector<std::unique_ptr<folder>>& folders, std::string_view address)
    : folders_(folders), next_id_((1ULL << 60U) | ((hash_of(address) & 0xffffffU) << 32U) | 1U) {
  for (const auto& each : folders_) {
    each->keep(*this);
    if (each->use() == "\\All")
      archive_ = each.get();
  }
}

std::vector<std::string> gmail_labels::labels_of(const mail& of, const folder& shown) const {
  std::vector<std::string> labels;
  for (const auto& each : folders_)
    if (each.get() != archive_ && each.get() != &shown && each->find_id(of.id))
      labels.push_back(label_of(*each));
  if (of.flags & flagged)
    labels.emplace_back("\\Starred");
  return labels;
}

folder* gmail_labels::find(std::string_view label) const {
  const auto found = std::ranges::find_if(
      folders_, [&](const auto& each) { return each.get() != archive_ && ascii_iequals(label_of(*each), label); });
  return found == folders_.end() ? nullptr : found->get();
}

void gmail_labels::on_added(folder& where, mail& added) {
  if (added.id == 0)
    added.id = next_id_++;
  if (busy_ || &where == archive_)
    return;
  busy_ = true;
  const auto copy = added; // the archive must not see it change
  if (is_apart(where)) {
    for (const auto& each : folders_)
      if (const auto* there = each.get() == &where ? nullptr : each->find_id(copy.id))
        each->expunge(there->uid);
  } else if (archive_->mails().empty() || archive_->mails().back().id < copy.id || !archive_->find_id(copy.id)) {
    archive_->add(copy.raw, copy.received, copy.flags, 0, copy.id);
  }
  busy_ = false;
}

void gmail_labels::on_marks(folder& where, const mail& changed, const folder_watcher* by) {
  if (busy_)
    return;
  busy_ = true;
  const auto copy = changed;
  for (const auto& each : folders_)
    if (const auto* there = each.get() == &where ? nullptr : each->find_id(copy.id))
      // \Deleted counts in its folder only.
      each->set_flags(there->uid, static_cast<std::uint8_t>((copy.flags & ~deleted) | (there->flags & deleted)), by);
  busy_ = false;
}

} // namespace postroom::sim
