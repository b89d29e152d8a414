#pragma once

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace postroom::sim {

/// Values under random, unguessable names, at most `most` of them, each for `life` since it was last used. When it is
/// full, the one unused for longest gives way. Not thread-safe.
template <class Value>
class expiring_store {
public:
  /// 192 bits in base64url.
  static constexpr std::size_t name_bytes = 32;

  expiring_store(const clock& time, std::size_t most, std::chrono::seconds life)
      : time_(time), most_(most), life_(life) {}

  std::pair<const std::string&, Value&> add(Value value) {
    drop_expired();
    if (entries_.size() >= most_)
      drop(std::prev(entries_.end()));
    entries_.push_front({base64url_encode(random_string(name_bytes * 3 / 4)), std::move(value), time_.ticks()});
    by_name_[entries_.front().name] = entries_.begin();
    return {entries_.front().name, entries_.front().value};
  }
  /// Null when unknown or expired; otherwise its life begins anew.
  [[nodiscard]] Value* find(std::string_view name) {
    drop_expired();
    const auto found = by_name_.find(std::string{name});
    if (found == by_name_.end())
      return nullptr;
    found->second->used = time_.ticks();
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }
  void remove(std::string_view name) {
    if (const auto found = by_name_.find(std::string{name}); found != by_name_.end())
      drop(found->second);
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
  struct entry {
    std::string name;
    Value value;
    mono_time used;
  };
  using place = typename std::list<entry>::iterator;

  void drop(place which) {
    by_name_.erase(which->name);
    entries_.erase(which);
  }
  void drop_expired() {
    while (!entries_.empty() && time_.ticks() - entries_.back().used >= life_)
      drop(std::prev(entries_.end()));
  }

  const clock& time_;
  std::size_t most_;
  std::chrono::seconds life_;
  std::list<entry> entries_; ///< the last used first
  std::unordered_map<std::string, place> by_name_;
};

} // namespace postroom::sim
