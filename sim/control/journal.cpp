#include "sim/control/journal.hpp"

#include <algorithm>
#include <utility>

namespace postroom::sim {
namespace {

template <class Entry>
void append(std::deque<Entry>& entries, Entry entry, std::uint64_t& next_seq, std::size_t entries_max) {
  entry.seq = next_seq++;
  entries.push_back(std::move(entry));
  while (entries.size() > entries_max)
    entries.pop_front();
}

/// Seqs have no gaps: the place of the first one wanted is known.
template <class Entry>
std::vector<Entry> page_of(const std::deque<Entry>& entries, std::uint64_t after, std::size_t limit) {
  if (entries.empty() || after >= entries.back().seq)
    return {};
  const auto first = after < entries.front().seq ? 0 : after - entries.front().seq + 1;
  const auto count = std::min<std::uint64_t>(limit, entries.size() - first);
  const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

template <class Entry>
std::uint64_t forgotten(const std::deque<Entry>& entries, std::uint64_t next_seq) {
  return (entries.empty() ? next_seq : entries.front().seq) - 1;
}

} // namespace

std::string_view to_string(mail_origin origin) {
  switch (origin) {
  case mail_origin::generated:
    return "generated";
  case mail_origin::posted:
    return "posted";
  case mail_origin::submitted:
    return "submitted";
  case mail_origin::bounce:
    return "bounce";
  }
  return "?";
}

void journal::add(delivered_mail mail) {
  append(delivered_, std::move(mail), next_delivered_, mails_max_);
}

void journal::add(submitted_entry mail) {
  append(submitted_, std::move(mail), next_submitted_, mails_max_);
}

std::vector<delivered_mail> journal::delivered(std::uint64_t after, std::size_t limit) const {
  return page_of(delivered_, after, limit);
}

std::vector<submitted_entry> journal::submitted(std::uint64_t after, std::size_t limit) const {
  return page_of(submitted_, after, limit);
}

std::uint64_t journal::delivered_forgotten() const {
  return forgotten(delivered_, next_delivered_);
}

std::uint64_t journal::submitted_forgotten() const {
  return forgotten(submitted_, next_submitted_);
}

} // namespace postroom::sim
