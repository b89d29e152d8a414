#pragma once

#include "tests/support/forwarding_store.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace postroom::api::test {

/// A store that remembers of each chunk only how large it was, and reads it back as so many `x`: large bodies cost no
/// memory then. All else goes to another store, which gets one octet for each chunk.
class sized_store final : public forwarding_store {
  template <class Work>
  auto locked(Work work) const {
    const std::lock_guard lock{mutex_};
    return work();
  }

public:
  using forwarding_store::forwarding_store;

  [[nodiscard]] std::uint64_t written() const {
    return locked([&] { return written_; });
  }
  [[nodiscard]] std::uint64_t largest() const {
    return locked([&] { return largest_; });
  }
  /// Chunks of this index and above find the disk full.
  void fail_from(std::uint32_t index) { fail_from_ = index; }

  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes,
                   storage::completion<result<void>> done) override {
    if (index >= fail_from_) {
      done(fail(errc::disk_full, "for a test"));
      return;
    }
    locked([&] {
      written_ += bytes.size();
      largest_ = std::max<std::uint64_t>(largest_, bytes.size());
      sizes_[{blob, index}] = bytes.size();
      return 0;
    });
    forwarding_store::write_chunk(blob, index, "x", std::move(done));
  }
  void read_chunk(blob_id blob, std::uint32_t index,
                  storage::completion<result<std::optional<std::string>>> done) override {
    const auto size = locked([&] {
      const auto found = sizes_.find({blob, index});
      return found == sizes_.end() ? std::size_t{0} : found->second;
    });
    if (size == 0)
      forwarding_store::read_chunk(blob, index, std::move(done));
    else
      done(std::optional{std::string(size, 'x')});
  }

private:
  mutable std::mutex mutex_;
  std::map<std::pair<blob_id, std::uint32_t>, std::size_t> sizes_;
  std::uint64_t written_ = 0;
  std::uint64_t largest_ = 0;
  std::uint32_t fail_from_ = 0xffffffff;
};

} // namespace postroom::api::test
