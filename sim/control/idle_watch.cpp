#include "sim/control/idle_watch.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace postroom::sim {

idle_watch::state* idle_watch::find(std::string_view address) {
  const auto found = mailboxes_.find(ascii_lower(address));
  return found == mailboxes_.end() ? nullptr : &found->second;
}

void idle_watch::add(std::string_view address) {
  if (mailboxes_.try_emplace(ascii_lower(address)).second)
    ++not_idle_;
}

void idle_watch::begin(std::string_view address, mono_time now) {
  auto* const mailbox = find(address);
  if (!mailbox || mailbox->idling++ > 0)
    return;
  --not_idle_;
  if (mailbox->ever)
    longest_ = std::max<std::chrono::nanoseconds>(longest_, now - mailbox->left);
  mailbox->ever = true;
}

void idle_watch::end(std::string_view address, mono_time now) {
  auto* const mailbox = find(address);
  if (!mailbox || mailbox->idling == 0 || --mailbox->idling > 0)
    return;
  ++not_idle_;
  mailbox->left = now;
}

std::chrono::nanoseconds idle_watch::longest(mono_time now) const {
  auto longest = longest_;
  for (const auto& [address, mailbox] : mailboxes_)
    if (mailbox.ever && mailbox.idling == 0)
      longest = std::max<std::chrono::nanoseconds>(longest, now - mailbox.left);
  return longest;
}

void idle_watch::reset(mono_time now) {
  longest_ = {};
  for (auto& [address, mailbox] : mailboxes_)
    mailbox.left = now;
}

} // namespace postroom::sim
