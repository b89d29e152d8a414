#include "storage/rocksdb/ledger.hpp"

#include "base/limits.hpp"
#include "storage/batch_check.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace postroom::storage::embedded {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

} // namespace

ledger::ledger(database& in, const clock& time)
    : database_(in), clock_(time), revisions_(limits::revision_cache_half_max), heads_(limits::revision_cache_half_max),
      bodies_(limits::revision_cache_half_max) {
}

result<void> ledger::load() {
  epochs_.fill({});
  const auto range = prefix_range("e/");
  std::string first;
  std::string last;
  record_key_into(first, space::meta, range.first);
  record_key_into(last, space::meta, range.last);
  const auto bound = slice(last);
  rocksdb::ReadOptions how;
  how.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator(how, database_.in(family::records))};
  for (at->Seek(first); at->Valid(); at->Next()) {
    record found;
    const auto number = at->key().ToStringView().substr(first.size());
    const bool readable = number.size() == 2 && decode_record(at->value().ToStringView(), found);
    const auto epoch = readable ? decode_epoch(found.value) : std::nullopt;
    if (!epoch || get_be(number, 2) >= shard_count)
      return fail(errc::store_corrupt, "the epoch of a shard cannot be read");
    epochs_[get_be(number, 2)] = *epoch;
  }
  if (!at->status().ok())
    return to_error(at->status());
  return {};
}

std::optional<error> ledger::recover() {
  switch (database_.recover()) {
  case database::state::well:
    return {};
  case database::state::reopened:
    forget();
    return {};
  case database::state::failed:
    break;
  }
  return database_.why_failed();
}

provisional<commit_result> ledger::apply(const batch& what) {
  const auto known = state_of(what.id);
  if (!known)
    return {unavailable(known.error())};
  commit_result answer;
  if (*known == batch_state::burnt)
    return {unavailable(fail(errc::cancelled, "the batch was given up before it was committed"))};
  if (*known == batch_state::committed) {
    answer.outcome = outcome::committed;
    return {std::move(answer), group_ids_.contains(what.id)};
  }
  for (const auto& each : what.relies_on)
    if (each.epoch != epochs_[each.shard.value])
      answer.stale.push_back(each.shard);
  if (!answer.stale.empty()) {
    answer.outcome = outcome::fenced;
    return {std::move(answer)};
  }
  writes_.SetSavePoint();
  for (std::size_t i = 0; i < what.operations.size(); ++i) {
    const auto how = std::visit([&](const auto& op) { return perform(op, answer); }, what.operations[i]);
    if (how == step::done)
      continue;
    rollback();
    if (how == step::broken)
      return {unavailable(broken_)};
    commit_result refused;
    refused.outcome = outcome::conflict;
    refused.conflicting = i;
    return {std::move(refused)};
  }
  remember(what.id, batch_state::committed);
  settle();
  answer.outcome = outcome::committed;
  return {std::move(answer), true};
}

provisional<result<outcome>> ledger::resolve(const batch_id& id) {
  const auto known = state_of(id);
  if (!known)
    return {known.error()};
  if (*known)
    return {**known == batch_state::committed ? outcome::committed : outcome::unavailable, group_ids_.contains(id)};
  remember(id, batch_state::burnt);
  return {outcome::unavailable, true};
}

provisional<result<std::vector<fence>>> ledger::claim(const std::vector<shard_id>& shards) {
  std::vector<fence> fences;
  for (auto shard : shards) {
    auto& epoch = epochs_[shard.value];
    epoch.value += 1;
    write_record(keys::epoch(shard), revision{epoch.value}, shard, encode_epoch(epoch));
    fences.push_back({shard, epoch});
  }
  settle();
  sync_ = true;
  return {std::move(fences), true};
}

provisional<result<void>> ledger::stage(const blob_id& blob, std::uint32_t index, const std::string& bytes) {
  const auto* known = body_of(blob);
  if (!known)
    return {broken_};
  if (*known && (*known)->state != body_state::staged)
    return {fail(errc::conflict, "the body is complete")};
  auto row = known->value_or(body_row{});
  row.since_ms = now_ms();
  if (row.present.size() <= index)
    row.present.resize(index + 1);
  row.present[index] = true;
  added(writes_.Put(database_.in(family::bodies), chunk_key(blob, index), bytes));
  if (row != *known)
    write_body(blob, std::move(row));
  settle();
  return {{}, true};
}

provisional<result<ledger::collected>> ledger::collect(const std::string& from, std::int64_t staged_before_ms) {
  const std::string last(1, static_cast<char>(unreferenced_prefix + 1));
  const auto bound = slice(last);
  rocksdb::ReadOptions how;
  how.iterate_upper_bound = &bound;
  how.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator(how, database_.in(family::records))};
  collected sum;
  std::size_t seen = 0;
  for (at->Seek(from.empty() ? std::string(1, unreferenced_prefix) : from); at->Valid(); at->Next()) {
    if (++seen > limits::collect_slice_bodies) {
      sum.next = at->key().ToString();
      break;
    }
    blob_id blob;
    const auto id = at->key().ToStringView().substr(1);
    if (id.size() != blob.bytes.size())
      return {fail(errc::store_corrupt, "the list of unreferenced bodies is damaged")};
    std::copy(id.begin(), id.end(), blob.bytes.begin());
    const auto* row = body_of(blob);
    if (!row)
      return {broken_};
    if (!*row || ((*row)->state == body_state::staged && (*row)->since_ms >= staged_before_ms))
      continue;
    for (std::uint32_t i = 0; i < (*row)->present.size(); ++i)
      if ((*row)->present[i])
        added(writes_.Delete(database_.in(family::bodies), chunk_key(blob, i)));
    added(writes_.Delete(database_.in(family::records), blob_key(body_prefix, blob)));
    added(writes_.Delete(database_.in(family::records), at->key()));
    bodies_.change(blob, std::nullopt);
    ++sum.bodies;
  }
  settle();
  if (!at->status().ok())
    return {to_error(at->status())};
  return {std::move(sum), true};
}

std::optional<write_failure> ledger::write() {
  std::optional<write_failure> failure;
  if (writes_.Count() != 0)
    failure = database_.write(writes_, sync_);
  if (failure)
    forget();
  // Keeps its memory for the next group, unless it was an unusually large one.
  if (writes_.GetDataSize() > 2 * limits::commit_group_bytes_max)
    writes_ = rocksdb::WriteBatch{};
  else
    writes_.Clear();
  sync_ = false;
  group_ids_.clear();
  revisions_.trim();
  heads_.trim();
  bodies_.trim();
  return failure;
}

void ledger::settle() {
  revisions_.settle();
  heads_.settle();
  bodies_.settle();
  added(writes_.PopSavePoint());
}

void ledger::rollback() {
  added(writes_.RollbackToSavePoint());
  revisions_.rollback();
  heads_.rollback();
  bodies_.rollback();
}

void ledger::forget() {
  revisions_.clear();
  heads_.clear();
  bodies_.clear();
  // Epochs that cannot be read back stay as bumped: nobody holds them, so nothing can slip through.
  if (const auto kept = epochs_; !load())
    epochs_ = kept;
}

} // namespace postroom::storage::embedded
