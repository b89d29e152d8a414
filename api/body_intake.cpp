#include "api/body_intake.hpp"

#include "base/limits.hpp"
#include "storage/blocking.hpp"

namespace postroom::api {
namespace {

using staged = result<void>;

boost::asio::awaitable<staged> write_chunk(storage::store& to, blob_id blob, std::uint32_t index, std::string bytes) {
  auto kept = std::make_shared<std::string>(std::move(bytes));
  std::function<void(storage::completion<staged>)> start = [&to, blob, index, kept](auto done) {
    to.write_chunk(blob, index, std::move(*kept), std::move(done));
  };
  return completed<staged>(std::move(start));
}

} // namespace

void body_intake::add(std::string_view octets) {
  gathered_.append(octets);
  bytes_ += octets.size();
}

std::string body_intake::take_chunk(std::size_t bytes) {
  std::string chunk = gathered_.substr(0, bytes);
  gathered_.erase(0, bytes);
  return chunk;
}

boost::asio::awaitable<result<void>> body_intake::flush() {
  // Strictly more than one chunk: exactly one may be all there is, and then it is small.
  while (gathered_.size() > limits::chunk_bytes_max) {
    const auto done = co_await write_chunk(store_, blob_, index_++, take_chunk(limits::chunk_bytes_max));
    if (!done)
      co_return done.error();
  }
  co_return result<void>{};
}

boost::asio::awaitable<result<void>> body_intake::finish() {
  const auto flushed = co_await flush();
  if (!flushed || small() || gathered_.empty())
    co_return flushed;
  co_return co_await write_chunk(store_, blob_, index_++, std::exchange(gathered_, {}));
}

result<void> body_intake::flush_blocking() {
  while (gathered_.size() > limits::chunk_bytes_max) {
    auto chunk = take_chunk(limits::chunk_bytes_max);
    const auto done = storage::wait_for<staged>(
        [&](auto answered) { store_.write_chunk(blob_, index_++, std::move(chunk), answered); });
    if (!done)
      return done.error();
  }
  return {};
}

result<void> body_intake::finish_blocking() {
  const auto flushed = flush_blocking();
  if (!flushed || small() || gathered_.empty())
    return flushed;
  auto chunk = std::exchange(gathered_, {});
  return storage::wait_for<staged>(
      [&](auto answered) { store_.write_chunk(blob_, index_++, std::move(chunk), answered); });
}

std::shared_ptr<const std::string> body_intake::take_small() {
  if (!small())
    return nullptr;
  return std::make_shared<const std::string>(std::exchange(gathered_, {}));
}

} // namespace postroom::api
