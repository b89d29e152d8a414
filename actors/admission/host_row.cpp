#include "actors/admission/host_row.hpp"

#include <algorithm>
#include <cmath>

namespace postroom::admission {
namespace {

using namespace std::chrono_literals;

/// What a quiet time saves up: single reconnects are not delayed, and waking late does not cost the rate.
constexpr auto burst = 100ms;
/// Some attempts take longer to their server than others, on a busy machine some 50 ms: what starts within more than a
/// second here must not arrive within one there.
constexpr auto window = 1s + 100ms;
constexpr auto warm_up = 1s;

} // namespace

host_row::host_row(double per_second)
    : gap_(std::chrono::duration_cast<mono_time::duration>(std::chrono::duration<double>(window) / per_second)),
      per_second_(std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(per_second)))) {
}

mono_time host_row::earliest() const {
  if (down())
    return next_probe_;
  auto at = next_even_;
  if (started_.size() >= per_second_)
    at = std::max(at, started_[started_.size() - per_second_] + window);
  return at;
}

std::optional<mono_time> host_row::next() const {
  if (waiting_.empty())
    return std::nullopt;
  return earliest();
}

std::optional<std::uint64_t> host_row::take(mono_time now) {
  if (waiting_.empty() || earliest() > now)
    return std::nullopt;
  if (down()) {
    next_probe_ = now + probe_gap_;
    probe_gap_ = std::min(probe_gap_ * 2, probe_gap_max);
  }
  if (!first_)
    first_ = now;
  const auto gap = now - *first_ < warm_up ? 2 * gap_ : gap_;
  next_even_ = std::max(next_even_ + gap, now - burst);
  started_.push_back(now);
  if (started_.size() > per_second_)
    started_.pop_front();
  return waiting_.extract(waiting_.begin()).value();
}

void host_row::arrived() {
  failures_ = 0;
  probe_gap_ = probe_gap_min;
}

void host_row::failed(mono_time now) {
  if (failures_ < failures_until_down && ++failures_ == failures_until_down)
    next_probe_ = now + probe_gap_;
}

} // namespace postroom::admission
