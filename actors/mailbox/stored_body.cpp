#include "actors/mailbox/stored_body.hpp"

#include "base/limits.hpp"
#include "storage/blocking.hpp"

#include <limits>

namespace postroom::mailbox {
namespace {

class stored_body final : public mime::byte_source {
public:
  stored_body(storage::store& from, blob_id blob, std::uint64_t bytes) : store_(from), blob_(blob), bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_; }

  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_ || into.empty())
      return std::size_t{0};
    const auto index = static_cast<std::uint32_t>(offset / limits::chunk_bytes_max);
    if (index != index_) {
      if (auto loaded = load(index); !loaded)
        return loaded.error();
    }
    const auto within = static_cast<std::size_t>(offset % limits::chunk_bytes_max);
    if (within >= chunk_.size())
      return fail(errc::store_corrupt, "a stored body is shorter than recorded");
    const auto count = std::min(into.size(), chunk_.size() - within);
    std::memcpy(into.data(), chunk_.data() + within, count);
    return count;
  }

private:
  result<void> load(std::uint32_t index) {
    auto got = storage::wait_for<result<std::optional<std::string>>>(
        [&](auto done) { store_.read_chunk(blob_, index, done); });
    if (!got)
      return got.error();
    if (!*got)
      return fail(errc::body_gone, "a piece of the body is no longer stored");
    chunk_ = std::move(**got);
    index_ = index;
    return {};
  }

  storage::store& store_;
  blob_id blob_;
  std::uint64_t bytes_;
  std::uint32_t index_ = std::numeric_limits<std::uint32_t>::max();
  std::string chunk_;
};

class shared_body final : public mime::byte_source {
public:
  explicit shared_body(std::shared_ptr<const std::string> body) : body_(std::move(body)), source_(*body_) {}
  [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return source_.read(offset, into);
  }

private:
  std::shared_ptr<const std::string> body_;
  mime::memory_source source_;
};

} // namespace

std::unique_ptr<mime::byte_source> open_stored_body(storage::store& from, blob_id blob, std::uint64_t bytes) {
  return std::make_unique<stored_body>(from, blob, bytes);
}

std::unique_ptr<mime::byte_source> open_shared_body(std::shared_ptr<const std::string> body) {
  return std::make_unique<shared_body>(std::move(body));
}

} // namespace postroom::mailbox
