#include "sim/mail/bounce_queue.hpp"

#include "sim/mail/delivery.hpp"

#include <utility>

namespace postroom::sim {

void bounce_queue::add(std::string to, std::string raw, mono_time due) {
  waiting_bytes_ += raw.size();
  waiting_.emplace(due, bounce{std::move(to), std::move(raw)});
  while (waiting_.size() > waiting_max || waiting_bytes_ > waiting_bytes_max)
    deliver_first();
}

std::size_t bounce_queue::deliver_due(mono_time now) {
  std::size_t count = 0;
  for (; !waiting_.empty() && waiting_.begin()->first <= now; ++count)
    deliver_first();
  return count;
}

void bounce_queue::deliver_first() {
  auto first = waiting_.extract(waiting_.begin());
  auto& [to, raw] = first.mapped();
  waiting_bytes_ -= raw.size();
  auto* const into = mail_.find(to);
  if (!into || !into->settings.licensed)
    return;
  deliver(*into, seal(std::move(raw)), time_.now(), mail_origin::bounce, journal_);
  ++stats_.mails_delivered;
}

} // namespace postroom::sim
