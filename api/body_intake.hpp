#pragma once

#include "api/store_calls.hpp"
#include "protocol/mime/compose.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace postroom::api {

/// A body on its way into the store, cut into chunks. What stays below one chunk is kept to be stored with its commit;
/// what is larger is staged chunk by chunk, so that one chunk is held at most twice.
class body_intake {
public:
  body_intake(storage::store& into) : store_(into), blob_(random_id128<blob_id>()) {}

  /// Keeps the octets; then call flush().
  void add(std::string_view octets);
  /// Stages the full chunks that were gathered; awaits the store.
  [[nodiscard]] boost::asio::awaitable<result<void>> flush();
  /// The same on a thread that may block.
  [[nodiscard]] result<void> flush_blocking();
  /// Stages the rest, unless all of it is small.
  [[nodiscard]] boost::asio::awaitable<result<void>> finish();
  [[nodiscard]] result<void> finish_blocking();

  [[nodiscard]] const blob_id& blob() const noexcept { return blob_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  /// How many chunks the body has, the small one included.
  [[nodiscard]] std::uint32_t chunks() const noexcept { return small() ? 1 : index_; }
  /// The whole body when it is small, once: to be stored with the commit.
  [[nodiscard]] std::shared_ptr<const std::string> take_small();

private:
  [[nodiscard]] bool small() const noexcept { return index_ == 0; }
  [[nodiscard]] std::string take_chunk(std::size_t bytes);

  storage::store& store_;
  blob_id blob_;
  std::string gathered_;
  std::uint64_t bytes_ = 0;
  std::uint32_t index_ = 0;
};

/// Puts what is written straight into an intake, from a thread that may block.
class intake_sink final : public mime::byte_sink {
public:
  explicit intake_sink(body_intake& into) : into_(into) {}
  [[nodiscard]] result<void> write(std::string_view octets) override {
    into_.add(octets);
    return into_.flush_blocking();
  }

private:
  body_intake& into_;
};

/// Only gathers: the coroutine that feeds the writer flushes.
class gathering_sink final : public mime::byte_sink {
public:
  explicit gathering_sink(body_intake& into) : into_(into) {}
  [[nodiscard]] result<void> write(std::string_view octets) override {
    into_.add(octets);
    return {};
  }

private:
  body_intake& into_;
};

} // namespace postroom::api
