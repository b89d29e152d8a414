#include "api/chunk_source.hpp"

#include "storage/blocking.hpp"

#include <algorithm>

namespace postroom::api {

result<std::size_t> chunk_source::read(std::uint64_t offset, std::span<char> into) {
  if (offset >= bytes_)
    return std::size_t{0}; // of an empty body not even the one chunk is looked for
  if (offset < chunk_begin_)
    rewind();
  while (index_ < chunks_ && offset >= chunk_begin_ + chunk_.size()) {
    chunk_begin_ += chunk_.size();
    if (const auto read = fetch_next(); !read)
      return read.error();
  }
  if (offset >= chunk_begin_ + chunk_.size())
    return std::size_t{0};
  const auto from = static_cast<std::size_t>(offset - chunk_begin_);
  const auto count = std::min(into.size(), chunk_.size() - from);
  std::copy_n(chunk_.data() + from, count, into.data());
  return count;
}

void chunk_source::rewind() {
  chunk_begin_ = 0;
  index_ = 0;
  chunk_.clear();
}

result<void> chunk_source::fetch_next() {
  auto got = storage::wait_for<result<std::optional<std::string>>>(
      [&](auto done) { store_.read_chunk(blob_, index_++, done); });
  if (!got)
    return got.error();
  if (!*got || (*got)->empty())
    return fail(errc::body_gone, "the stored copy was collected");
  chunk_ = std::move(**got);
  return {};
}

} // namespace postroom::api
