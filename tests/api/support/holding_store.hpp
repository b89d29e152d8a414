#pragma once

#include "tests/support/forwarding_store.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace postroom::api::test {

/// A store that holds the first commit back which a test is after, until it is let go. All else passes.
class holding_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;

  /// Set while nothing is under way.
  void hold(std::function<bool(const storage::batch&)> wanted) {
    const std::lock_guard lock{mutex_};
    wanted_ = std::move(wanted);
  }
  [[nodiscard]] bool is_held() const {
    const std::lock_guard lock{mutex_};
    return held_.has_value();
  }
  void let_go() {
    std::unique_lock lock{mutex_};
    auto one = std::exchange(held_, {});
    lock.unlock();
    if (one)
      forwarding_store::commit(std::move(one->what), std::move(one->done));
  }

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    {
      const std::lock_guard lock{mutex_};
      if (wanted_ && wanted_(what)) {
        wanted_ = {};
        held_.emplace(waiting{std::move(what), std::move(done)});
        return;
      }
    }
    forwarding_store::commit(std::move(what), std::move(done));
  }

private:
  struct waiting {
    storage::batch what;
    storage::completion<storage::commit_result> done;
  };
  mutable std::mutex mutex_;
  std::function<bool(const storage::batch&)> wanted_;
  std::optional<waiting> held_;
};

} // namespace postroom::api::test
