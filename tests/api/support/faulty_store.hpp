#pragma once

#include "tests/support/forwarding_store.hpp"

#include <atomic>
#include <utility>

namespace postroom::api::test {

/// A store whose commits fail when told so; all else goes to another store.
class faulty_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;

  /// The next commits are refused, nothing of them happens.
  void fail_commits(int count) { failing_ = count; }

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    if (failing_ <= 0) {
      forwarding_store::commit(std::move(what), std::move(done));
      return;
    }
    --failing_;
    storage::commit_result refused;
    refused.error = fail(errc::disk_full, "for a test");
    done(std::move(refused));
  }

private:
  std::atomic<int> failing_{0};
};

} // namespace postroom::api::test
