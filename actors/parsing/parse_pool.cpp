#include "actors/parsing/parse_pool.hpp"

#include "actors/parsing/crash_hook.hpp"
#include "base/limits.hpp"
#include "protocol/mime/parse_message.hpp"

#include <cassert>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace postroom::parsing {

namespace {

parse_outcome parse(const mime::message_facts& facts, mime::byte_source& source) {
  crash_if_marked(source);
  auto parsed = mime::parse_message(source);
  if (!parsed)
    return parsed.error();
  parsed_facts out;
  out.event_data = mime::message_event_data(facts, *parsed);
  out.fingerprint = mime::fingerprint(*parsed, facts.received);
  if (!parsed->from.empty())
    out.first_from = std::move(parsed->from.front());
  return out;
}

/// What a parser throws is a defect of ours that this mail brings out; the next mail must go on.
parse_outcome parse_or_quarantine(parse_job& job) {
  try {
    if (auto* owned = std::get_if<std::unique_ptr<mime::byte_source>>(&job.body))
      return parse(job.facts, **owned);
    mime::memory_source source(std::get<std::string>(job.body));
    return parse(job.facts, source);
  } catch (const std::exception& e) {
    return quarantined{std::string("the parser failed: ") + e.what()};
  } catch (...) {
    return quarantined{"the parser failed"};
  }
}

inflight_key key_of(const mime::message_facts& facts) {
  return inflight_key_of(facts.account, facts.folder, facts.uid_validity, facts.uid);
}

} // namespace

struct parse_pool::state {
  explicit state(inflight_file& file) : inflight(file) {}

  struct queued_job {
    parse_job job;
    inflight_key key;
  };

  /// The next job and leave to parse it; nothing when the pool ends.
  std::optional<queued_job> take(bool& alone) {
    std::unique_lock guard(mutex);
    changed.wait(guard, [&] { return stopping || (!jobs.empty() && !somebody_alone); });
    if (stopping)
      return std::nullopt;
    auto next = std::move(jobs.front());
    jobs.pop_front();
    alone = inflight.suspected(next.key);
    if (alone) {
      somebody_alone = true;
      changed.wait(guard, [&] { return parsing == 0; });
    }
    ++parsing;
    return next;
  }

  void leave(bool alone) {
    {
      const std::lock_guard guard(mutex);
      --parsing;
      if (alone)
        somebody_alone = false;
      if (!somebody_alone && !alone)
        return;
    }
    changed.notify_all();
  }

  void work(std::size_t slot) {
    bool alone = false;
    while (auto next = take(alone)) {
      auto outcome = run(slot, *next);
      leave(alone);
      next->job.done(std::move(outcome));
    }
  }

  parse_outcome run(std::size_t slot, queued_job& next) {
    if (inflight.condemned(next.key))
      return quarantined{"parsing this mail ended the process twice"};
    inflight.begin(slot, next.key);
    auto outcome = parse_or_quarantine(next.job);
    inflight.end(slot);
    inflight.forget(next.key);
    return outcome;
  }

  inflight_file& inflight;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<queued_job> jobs;
  std::size_t parsing = 0;     ///< workers with a mail in flight
  bool somebody_alone = false; ///< a suspected mail is in flight or waits for the others to finish
  bool stopping = false;
  std::vector<std::jthread> workers;
};

parse_pool::parse_pool(std::size_t workers, inflight_file& inflight) : state_(std::make_unique<state>(inflight)) {
  assert(workers > 0 && workers <= inflight_slots_max);
  state_->workers.reserve(workers);
  for (std::size_t slot = 0; slot < workers; ++slot)
    state_->workers.emplace_back([s = state_.get(), slot] { s->work(slot); });
}

parse_pool::~parse_pool() {
  std::deque<state::queued_job> left;
  {
    const std::lock_guard guard(state_->mutex);
    state_->stopping = true;
    left.swap(state_->jobs);
  }
  state_->changed.notify_all();
  state_->workers.clear();
  for (auto& waiting : left)
    waiting.job.done(fail(errc::cancelled, "the gateway is stopping"));
}

result<void> parse_pool::submit(parse_job&& job) {
  const auto key = key_of(job.facts);
  {
    const std::lock_guard guard(state_->mutex);
    if (state_->stopping)
      return fail(errc::cancelled, "the gateway is stopping");
    if (state_->jobs.size() >= limits::parse_queue_max)
      return fail(errc::busy, "too many mails wait to be parsed");
    state_->jobs.push_back({std::move(job), key});
  }
  state_->changed.notify_one();
  return {};
}

std::size_t parse_pool::queued() const {
  const std::lock_guard guard(state_->mutex);
  return state_->jobs.size();
}

void parse_pool::forget(const mime::message_facts& facts) {
  state_->inflight.forget(key_of(facts));
}

} // namespace postroom::parsing
