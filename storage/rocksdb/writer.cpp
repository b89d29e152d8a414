#include "storage/rocksdb/writer.hpp"

#include "base/limits.hpp"
#include "storage/batch_check.hpp"

#include <pthread.h>

#include <chrono>

namespace postroom::storage::embedded {
namespace {

commit_result not_written(const write_failure& failure, bool depended) {
  auto answer = unavailable(failure.why);
  if (failure.unknown && depended)
    answer.outcome = outcome::unknown;
  return answer;
}

/// What a request answers once its group is written – or not.
template <class T>
std::function<void(const std::optional<write_failure>&)> answer_with(completion<result<T>> done,
                                                                     provisional<result<T>> decided) {
  return [done = std::move(done), decided = std::move(decided)](const std::optional<write_failure>& failure) mutable {
    if (failure && decided.depends)
      done(failure->why);
    else
      done(std::move(decided.answer));
  };
}

void refuse(commit_request& what, const error& why) {
  what.done(unavailable(why));
}
template <class Request>
void refuse(Request& what, const error& why) {
  what.done(why);
}

} // namespace

writer::writer(database& in, const clock& time) : ledger_(in, time) {
}

void writer::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

result<void> writer::start() {
  if (auto loaded = ledger_.load(); !loaded)
    return loaded;
  thread_ = std::thread{[this] { run(); }};
  return {};
}

std::optional<error> writer::submit(request& what, std::size_t bytes) {
  {
    std::lock_guard lock{mutex_};
    if (stopping_)
      return fail(errc::cancelled, "the store is stopping");
    if (queued() >= limits::commit_queue_max || (queued() > 0 && queue_bytes_ + bytes > limits::commit_queue_bytes_max))
      return fail(errc::busy, "too much waits to be written");
    auto& queue = std::holds_alternative<chunk_request>(what) ? chunks_ : queue_;
    queue.push_back({std::move(what), bytes});
    queue_bytes_ += bytes;
    if (queued() > 1)
      return {}; // The thread is awake, or was woken by whoever came first.
  }
  wake_.notify_one();
  return {};
}

store_stats writer::stats() const {
  std::lock_guard lock{mutex_};
  auto now = stats_;
  now.queued = queued();
  return now;
}

void writer::run() {
  ::pthread_setname_np(::pthread_self(), "store-writer");
  std::vector<waiting> group;
  while (take(group)) {
    process(group);
    group.clear();
  }
}

bool writer::take(std::vector<waiting>& group) {
  std::unique_lock lock{mutex_};
  wake_.wait(lock, [&] { return stopping_ || queued() > 0; });
  chunks_had_a_turn_ = !chunks_.empty() && (queue_.empty() || !chunks_had_a_turn_);
  auto& queue = chunks_had_a_turn_ ? chunks_ : queue_;
  std::size_t bytes = 0;
  while (!queue.empty() && group.size() < limits::commit_group_requests_max) {
    auto& next = queue.front();
    // Collecting looks only at what is written: it stands alone.
    const bool alone = std::holds_alternative<collect_request>(next.what);
    if (!group.empty() && (alone || bytes + next.bytes > limits::commit_group_bytes_max))
      break;
    bytes += next.bytes;
    queue_bytes_ -= next.bytes;
    group.push_back(std::move(next));
    queue.pop_front();
    if (alone)
      break;
  }
  return !group.empty();
}

void writer::process(std::vector<waiting>& group) {
  if (const auto why = ledger_.recover()) {
    for (auto& each : group)
      std::visit([&](auto& what) { refuse(what, *why); }, each.what);
    return;
  }
  const auto began = std::chrono::steady_clock::now();
  std::vector<answer> answers;
  answers.reserve(group.size());
  group_commits_ = 0;
  for (auto& each : group)
    answers.push_back(std::visit([&](auto& what) { return decide(what); }, each.what));
  const bool synced = ledger_.synced();
  const auto failure = ledger_.write();
  const auto took = std::chrono::steady_clock::now() - began;
  {
    std::lock_guard lock{mutex_};
    if (!failure) {
      stats_.commits += group_commits_;
      stats_.syncs += synced ? 1 : 0;
    }
    stats_.commit_nanoseconds +=
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  }
  for (auto& each : answers)
    each(failure);
}

writer::answer writer::decide(commit_request& what) {
  auto decided = ledger_.apply(what.what);
  if (decided.answer.outcome == outcome::committed && decided.depends)
    ++group_commits_;
  return
      [done = std::move(what.done), decided = std::move(decided)](const std::optional<write_failure>& failure) mutable {
        // A refusal may rest on a change that was not written: then it is no more true than the change.
        const bool rests_on_database = !decided.depends && decided.answer.outcome == outcome::committed;
        if (failure && !rests_on_database)
          done(not_written(*failure, decided.depends));
        else
          done(std::move(decided.answer));
      };
}

writer::answer writer::decide(resolve_request& what) {
  return answer_with(std::move(what.done), ledger_.resolve(what.id));
}

writer::answer writer::decide(claim_request& what) {
  return answer_with(std::move(what.done), ledger_.claim(what.shards));
}

writer::answer writer::decide(chunk_request& what) {
  return answer_with(std::move(what.done), ledger_.stage(what.blob, what.index, what.bytes));
}

writer::answer writer::decide(collect_request& what) {
  auto decided = ledger_.collect(what.from, what.staged_before_ms);
  return [this, what = std::move(what),
          decided = std::move(decided)](const std::optional<write_failure>& failure) mutable {
    if (failure || !decided.answer)
      return what.done(failure ? failure->why : decided.answer.error());
    what.collected += decided.answer->bodies;
    if (decided.answer->next.empty())
      return what.done(what.collected);
    what.from = std::move(decided.answer->next);
    request rest{std::move(what)};
    if (auto refused = submit(rest, 0))
      std::get<collect_request>(rest).done(std::move(*refused));
  };
}

} // namespace postroom::storage::embedded
