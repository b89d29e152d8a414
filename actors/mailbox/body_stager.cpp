#include "actors/mailbox/body_stager.hpp"

#include <utility>

namespace postroom::mailbox {
namespace {

/// Enough to keep the writer busy, few enough that one large mail leaves the store's queue to the others.
constexpr std::size_t in_flight_max = 8;

} // namespace

void body_stager::stage(blob_id blob, std::uint32_t index, std::string octets) {
  {
    std::lock_guard lock{mutex_};
    ++current_->open;
    queue_.push_back({{blob, index, std::move(octets)}, current_});
  }
  pump();
}

bool body_stager::keeps_up() {
  std::lock_guard lock{mutex_};
  return queue_.empty();
}

void body_stager::when_stored(std::function<void(result<void>)> then) {
  std::shared_ptr<body> done;
  {
    std::lock_guard lock{mutex_};
    auto finished = std::exchange(current_, std::make_shared<body>());
    finished->then = std::move(then);
    if (finished->open == 0)
      done = std::move(finished);
  }
  if (done)
    done->then(done->failed ? result<void>{*done->failed} : result<void>{});
}

void body_stager::pump() {
  while (true) {
    waiting next;
    {
      std::lock_guard lock{mutex_};
      if (queue_.empty() || in_flight_ >= in_flight_max)
        return;
      next = std::move(queue_.front());
      queue_.pop_front();
      ++in_flight_;
    }
    store_.write_chunk(
        next.what.blob, next.what.index, std::move(next.what.octets),
        [self = shared_from_this(), of = std::move(next.of)](result<void> how) { self->answered(of, how); });
  }
}

void body_stager::answered(const std::shared_ptr<body>& of, const result<void>& how) {
  std::function<void(result<void>)> then;
  {
    std::lock_guard lock{mutex_};
    --in_flight_;
    if (!how && !of->failed)
      of->failed = how.error();
    // Later pieces of a body that has failed are of no use to anybody.
    if (of->failed)
      of->open -= std::erase_if(queue_, [&](const waiting& each) { return each.of == of; });
    if (--of->open == 0)
      then = std::move(of->then);
  }
  if (then)
    then(of->failed ? result<void>{*of->failed} : result<void>{});
  pump();
}

} // namespace postroom::mailbox
