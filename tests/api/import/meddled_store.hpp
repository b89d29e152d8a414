#pragma once

#include "tests/support/forwarding_store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace postroom::api::test {

/// A store whose commits a test may look at, change the world before, or answer itself. Set the hook while nothing is
/// under way.
class meddled_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;

  /// An answer is given in place of the commit.
  std::function<std::optional<storage::commit_result>(const storage::batch&)> before_commit;
  [[nodiscard]] storage::store& inner() { return real(); }

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    if (before_commit)
      if (auto answer = before_commit(what)) {
        done(std::move(*answer));
        return;
      }
    forwarding_store::commit(std::move(what), std::move(done));
  }
};

} // namespace postroom::api::test
