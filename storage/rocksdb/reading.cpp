#include "storage/rocksdb/reading.hpp"

#include "storage/rocksdb/layout.hpp"

namespace postroom::storage::embedded {
namespace {

error damaged(std::string_view key) {
  return fail(errc::store_corrupt, "record " + std::string{key} + " is damaged");
}

} // namespace

rocksdb::ReadOptions view::options() const {
  rocksdb::ReadOptions how;
  how.snapshot = frozen_;
  return how;
}

result<std::optional<record>> view::get(const record_key& key) const {
  std::string stored_key;
  record_key_into(stored_key, key.space, key.key);
  rocksdb::PinnableSlice stored;
  const auto status = database_.db().Get(options(), database_.in(family::records), stored_key, &stored);
  if (status.IsNotFound())
    return std::optional<record>{};
  if (!status.ok())
    return to_error(status);
  record found{key.key, {}, {}, {}};
  if (!decode_record(stored.ToStringView(), found))
    return damaged(key.key);
  return std::optional{std::move(found)};
}

result<std::vector<record>> view::scan(space where, const key_range& range, std::size_t limit, bool reverse) const {
  std::vector<record> found;
  if (!range.last.empty() && range.last <= range.first)
    return found;
  std::string first;
  std::string last;
  record_key_into(first, where, range.first);
  if (range.last.empty())
    last.assign(1, static_cast<char>(static_cast<std::uint8_t>(where) + 1));
  else
    record_key_into(last, where, range.last);
  const rocksdb::Slice lower{first};
  const rocksdb::Slice upper{last};
  auto how = options();
  how.iterate_lower_bound = &lower;
  how.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator(how, database_.in(family::records))};
  for (reverse ? at->SeekToLast() : at->SeekToFirst(); at->Valid() && found.size() < limit;
       reverse ? at->Prev() : at->Next()) {
    record one{std::string{at->key().ToStringView().substr(1)}, {}, {}, {}};
    if (!decode_record(at->value().ToStringView(), one))
      return damaged(one.key);
    found.push_back(std::move(one));
  }
  if (!at->status().ok())
    return to_error(at->status());
  return found;
}

result<std::vector<stream_entry>> view::read_stream(const std::string& stream, std::uint64_t after, std::size_t limit,
                                                    std::size_t bytes_max) const {
  std::vector<stream_entry> entries;
  if (after == ~std::uint64_t{0} || limit == 0)
    return entries;
  const auto prefix = stream_prefix(stream);
  auto first = prefix;
  put_be64(first, after + 1);
  auto last = prefix;
  put_be64(last, ~std::uint64_t{0});
  const rocksdb::Slice upper{last};
  auto how = options();
  how.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator(how, database_.in(family::streams))};
  std::size_t bytes = 0;
  for (at->Seek(first); at->Valid() && entries.size() < limit; at->Next()) {
    const auto value = at->value().ToStringView();
    if (!entries.empty() && bytes + value.size() > bytes_max)
      break;
    bytes += value.size();
    entries.push_back({get_be(at->key().ToStringView().substr(prefix.size()), 8), std::string{value}});
  }
  if (!at->status().ok())
    return to_error(at->status());
  return entries;
}

result<std::uint64_t> view::last_seq(const std::string& stream) const {
  const auto prefix = stream_prefix(stream);
  auto last = prefix;
  put_be64(last, ~std::uint64_t{0});
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator(options(), database_.in(family::streams))};
  at->SeekForPrev(last);
  if (!at->status().ok())
    return to_error(at->status());
  if (!at->Valid() || !at->key().starts_with(prefix))
    return 0;
  return get_be(at->key().ToStringView().substr(prefix.size()), 8);
}

result<std::optional<std::string>> view::read_chunk(const blob_id& blob, std::uint32_t index) const {
  std::string stored;
  auto status = database_.db().Get(options(), database_.in(family::records), blob_key(body_prefix, blob), &stored);
  if (status.ok()) {
    const auto row = decode_body_row(stored);
    if (!row)
      return fail(errc::store_corrupt, "a body's row is damaged");
    if (row->state == body_state::released)
      return std::optional<std::string>{};
  } else if (!status.IsNotFound()) {
    return to_error(status);
  }
  status = database_.db().Get(options(), database_.in(family::bodies), chunk_key(blob, index), &stored);
  if (status.IsNotFound())
    return std::optional<std::string>{};
  if (!status.ok())
    return to_error(status);
  return std::optional{std::move(stored)};
}

} // namespace postroom::storage::embedded
