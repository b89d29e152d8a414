#include "sim/mail_flow.hpp"

#include <cmath>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::chrono::seconds catch_up_max{10};

/// Streams of one seed that have nothing to do with each other.
constexpr unsigned extra_stream = 0x9e3779b9U, flow_stream = 0x85ebca6bU, draw_stream = 0xc2b2ae35U;

} // namespace

mail_flow::mail_flow(const mail_plan& plan, unsigned seed, std::vector<std::string> mailboxes,
                     std::vector<sealed_mail> corpus)
    : mailboxes_(std::move(mailboxes)), corpus_(std::move(corpus)),
      share_initial_(plan.initial_each * mailboxes_.size() > distinct_initial_max), round_robin_(plan.round_robin),
      size_min_(plan.size_min), initial_{mail_generator{seed}}, flow_{mail_generator{seed ^ flow_stream}},
      extra_{mail_generator{seed ^ extra_stream}}, draw_(seed ^ draw_stream) {
}

void mail_flow::set_rate(double per_second, mono_time now) {
  per_second_ = mailboxes_.empty() ? 0 : per_second;
  begin_ = now;
  done_ = 0;
}

mono_time mail_flow::due_at(std::uint64_t number) const {
  const std::chrono::duration<double> after{static_cast<double>(number) / per_second_};
  return begin_ + std::chrono::ceil<mono_time::duration>(after);
}

mono_time mail_flow::next_due() const {
  constexpr double never_per_second = 1e-6; // less than three a month: not worth a wrong sum of times
  return per_second_ < never_per_second ? mono_time::max() : due_at(done_ + 1);
}

std::size_t mail_flow::take_due(mono_time now) {
  if (next_due() > now)
    return 0;
  const std::chrono::duration<double> passed = now - begin_;
  auto all = std::max(done_ + 1, static_cast<std::uint64_t>(passed.count() * per_second_));
  const auto most = static_cast<std::uint64_t>(std::chrono::duration<double>{catch_up_max}.count() * per_second_) + 1;
  const auto due = std::min(all - done_, most);
  done_ = all;
  return static_cast<std::size_t>(due);
}

arriving_mail mail_flow::next(wall_time date) {
  if (!round_robin_)
    next_mailbox_ = draw_() % mailboxes_.size(); // unlike a distribution the same everywhere
  arriving_mail coming{mailboxes_[next_mailbox_], {}};
  if (round_robin_)
    next_mailbox_ = (next_mailbox_ + 1) % mailboxes_.size();
  coming.mail = take(flow_, coming.mailbox, date);
  return coming;
}

sealed_mail mail_flow::initial(const std::string& mailbox, wall_time date) {
  if (!share_initial_ || !corpus_.empty())
    return take(initial_, mailbox, date);
  if (shared_.size() < shared_texts) {
    shared_.push_back(take(initial_, mailbox, date));
    return shared_.back();
  }
  return shared_[initial_.taken++ % shared_.size()];
}

sealed_mail mail_flow::extra(const std::string& mailbox, wall_time date) {
  return take(extra_, mailbox, date);
}

sealed_mail mail_flow::take(source& from, const std::string& mailbox, wall_time date) {
  const auto number = from.taken++;
  if (!corpus_.empty())
    return corpus_[number % corpus_.size()];
  return seal(from.generator.make(mailbox, date, size_min_));
}

} // namespace postroom::sim
