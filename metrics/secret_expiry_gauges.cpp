#include "metrics/secret_expiry_gauges.hpp"

#include <prometheus/family.h>
#include <prometheus/gauge.h>

namespace postroom::metrics {

void secret_expiry_gauges::set(const std::string& tenant, const std::string& provider, wall_time expires) {
  const std::lock_guard lock{mutex_};
  const auto [at, is_new] = all_.try_emplace(key{tenant, provider});
  at->second.expires = expires;
  if (is_new && shown_ == series_max)
    left_out_.Increment();
  else if (is_new || at->second.shown != nullptr)
    show(at->first, at->second);
}

void secret_expiry_gauges::remove(const std::string& tenant, const std::string& provider) {
  const std::lock_guard lock{mutex_};
  const auto gone = all_.extract(key{tenant, provider});
  if (gone.empty())
    return;
  if (gone.mapped().shown == nullptr) {
    left_out_.Decrement();
    return;
  }
  family_.Remove(gone.mapped().shown);
  --shown_;
  if (all_.size() == shown_)
    return;
  for (auto& [whose, what] : all_)
    if (what.shown == nullptr) {
      left_out_.Decrement();
      show(whose, what);
      return;
    }
}

void secret_expiry_gauges::show(const key& whose, held& what) {
  if (what.shown == nullptr) {
    what.shown = &family_.Add({{"tenant", whose.first}, {"provider", whose.second}});
    ++shown_;
  }
  what.shown->Set(std::chrono::duration<double>(what.expires.time_since_epoch()).count());
}

} // namespace postroom::metrics
