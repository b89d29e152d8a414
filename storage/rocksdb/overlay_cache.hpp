#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace postroom::storage::embedded {

/// What the writer knows about its latest rows: read from the database, or changed by the group being built and hence
/// nowhere else yet. Bounded in two generations: what was not used while `half_max` other keys came in is forgotten –
/// but only in trim(), between groups. One thread.
template <class Key, class Value, class Hash = std::hash<Key>>
class overlay_cache {
public:
  explicit overlay_cache(std::size_t half_max) : half_max_(half_max) {}

  /// The value, valid until the next change; nullptr when not known.
  [[nodiscard]] const Value* find(const Key& key) {
    if (const auto found = young_.find(key); found != young_.end())
      return &found->second;
    const auto found = old_.find(key);
    if (found == old_.end())
      return nullptr;
    const auto moved = young_.insert(old_.extract(found));
    return &moved.position->second;
  }

  /// Notes what the database says.
  const Value& learn(const Key& key, Value value) {
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }

  /// Notes a change that rollback() takes back. Call find() first: what it knows is taken back to.
  void change(const Key& key, Value value) {
    const auto [at, inserted] = young_.try_emplace(key);
    undo_.emplace_back(key, inserted ? std::nullopt : std::optional{std::move(at->second)});
    at->second = std::move(value);
  }

  /// The changes since the last settle() are part of the group for good.
  void settle() { undo_.clear(); }
  /// Takes back the changes since the last settle().
  void rollback() {
    for (; !undo_.empty(); undo_.pop_back()) {
      auto& [key, before] = undo_.back();
      if (before)
        young_.insert_or_assign(key, std::move(*before));
      else
        young_.erase(key);
    }
  }
  void trim() {
    if (young_.size() < half_max_)
      return;
    old_ = std::move(young_);
    young_.clear();
  }
  void clear() {
    young_.clear();
    old_.clear();
    undo_.clear();
  }

private:
  std::size_t half_max_;
  std::unordered_map<Key, Value, Hash> young_;
  std::unordered_map<Key, Value, Hash> old_;
  std::vector<std::pair<Key, std::optional<Value>>> undo_; ///< nothing: was not known
};

} // namespace postroom::storage::embedded
