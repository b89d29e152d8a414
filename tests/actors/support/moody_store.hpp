#pragma once

#include "tests/support/forwarding_store.hpp"

#include <deque>
#include <functional>
#include <optional>

namespace postroom {

/// A store that fails, or makes its caller fail, when told to.
class moody_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;
  std::optional<error> snapshots_fail;
  /// Called in the reader's thread before a record is read; may throw, as a bug in the reader would.
  std::function<void(const storage::record_key&)> before_get;
  /// The same before a snapshot is read.
  std::function<void()> before_snapshot;
  /// Called before a batch is committed; may commit something else first.
  std::function<void(storage::batch&)> before_commit;

  std::optional<error> commits_fail;
  bool holds_commits = false; ///< as a slow disk does

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    if (before_commit)
      before_commit(what);
    if (holds_commits) {
      held_.emplace_back(std::move(what), std::move(done));
    } else if (commits_fail) {
      storage::commit_result failed;
      failed.error = commits_fail;
      done(failed);
    } else {
      forwarding_store::commit(std::move(what), std::move(done));
    }
  }
  /// Commits what was held back, in order, and holds no more.
  void let_commit() {
    holds_commits = false;
    for (auto& [what, done] : std::exchange(held_, {}))
      commit(std::move(what), std::move(done));
  }
  [[nodiscard]] std::size_t held() const { return held_.size(); }
  void get(storage::record_key key, storage::completion<result<std::optional<storage::record>>> done) override {
    if (before_get)
      before_get(key);
    forwarding_store::get(std::move(key), std::move(done));
  }
  void with_snapshot(std::function<void(const storage::snapshot&)> work) override {
    if (before_snapshot)
      before_snapshot();
    if (snapshots_fail)
      work(broken_snapshot{*snapshots_fail});
    else
      forwarding_store::with_snapshot(std::move(work));
  }

private:
  std::deque<std::pair<storage::batch, storage::completion<storage::commit_result>>> held_;
  class broken_snapshot final : public storage::snapshot {
  public:
    explicit broken_snapshot(error why) : why_(std::move(why)) {}
    [[nodiscard]] result<std::optional<storage::record>> get(const storage::record_key&) const override { return why_; }
    [[nodiscard]] result<std::vector<storage::record>> scan(storage::space, const storage::key_range&, std::size_t,
                                                            bool) const override {
      return why_;
    }
    [[nodiscard]] result<std::vector<storage::stream_entry>> read_stream(const std::string&, std::uint64_t, std::size_t,
                                                                         std::size_t) const override {
      return why_;
    }
    [[nodiscard]] result<std::uint64_t> last_seq(const std::string&) const override { return why_; }

  private:
    error why_;
  };
};

} // namespace postroom
