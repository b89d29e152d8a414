#include "storage/rocksdb/ledger.hpp"

#include "storage/batch_check.hpp"

#include <algorithm>

namespace postroom::storage::embedded {
ledger::step ledger::perform(const put& op, commit_result&) {
  const auto rev = revision_of(op.key);
  if (!rev)
    return step::broken;
  if (op.expected && *op.expected != *rev)
    return step::conflict;
  write_record(op.key, revision{rev->value + 1}, op.shard, op.value);
  return step::done;
}

ledger::step ledger::perform(const put_if_absent& op, commit_result& into) {
  const auto rev = revision_of(op.key);
  if (!rev)
    return step::broken;
  into.inserted.push_back(rev->value == 0);
  if (rev->value == 0)
    write_record(op.key, revision{1}, op.shard, op.value);
  return step::done;
}

ledger::step ledger::perform(const erase& op, commit_result&) {
  const auto rev = revision_of(op.key);
  if (!rev)
    return step::broken;
  if (op.expected && *op.expected != *rev)
    return step::conflict;
  if (rev->value == 0)
    return step::done;
  added(writes_.Delete(database_.in(family::records), key_));
  revisions_.change(key_, revision{});
  return step::done;
}

ledger::step ledger::perform(const assert_revision& op, commit_result&) {
  const auto rev = revision_of(op.key);
  if (!rev)
    return step::broken;
  return op.expected == *rev ? step::done : step::conflict;
}

ledger::step ledger::perform(const append& op, commit_result& into) {
  const auto* head = head_of(op.stream);
  if (!head)
    return step::broken;
  const auto seq = *head + 1;
  auto key = stream_prefix(op.stream);
  put_be64(key, seq);
  added(writes_.Put(database_.in(family::streams), key, op.value));
  heads_.change(op.stream, seq);
  into.seqs.push_back(seq);
  return step::done;
}

ledger::step ledger::perform(const reference_body& op, commit_result&) {
  const auto* known = op.inline_chunk ? body_row_of(op.blob) : body_of(op.blob);
  if (!known)
    return step::broken;
  if (op.inline_chunk) {
    if (*known && !is_complete((*known)->present, 0) && !is_complete((*known)->present, 1))
      return step::conflict;
    added(writes_.Put(database_.in(family::bodies), chunk_key(op.blob, 0), *op.inline_chunk));
    if (*known)
      write_body(op.blob, {body_state::referenced, now_ms(), {true}});
    else
      bodies_.change(op.blob, body_row{body_state::referenced, 0, {true}});
    return step::done;
  }
  auto row = known->value_or(body_row{body_state::staged, now_ms(), {}});
  if (row.state == body_state::released || !is_complete(row.present, op.chunks))
    return step::conflict;
  if (row.state != body_state::referenced) {
    row.state = body_state::referenced;
    write_body(op.blob, std::move(row));
  }
  return step::done;
}

ledger::step ledger::perform(const release_body& op, commit_result&) {
  const auto* known = body_of(op.blob);
  if (!known)
    return step::broken;
  if (!*known || (*known)->state != body_state::referenced)
    return step::done;
  auto row = **known;
  row.state = body_state::released;
  write_body(op.blob, std::move(row));
  return step::done;
}

std::optional<revision> ledger::revision_of(const record_key& key) {
  record_key_into(key_, key.space, key.key);
  if (const auto* known = revisions_.find(key_))
    return *known;
  rocksdb::PinnableSlice stored;
  const auto status = database_.db().Get({}, database_.in(family::records), key_, &stored);
  if (status.IsNotFound())
    return revision{};
  if (broken(status))
    return {};
  const auto rev = decode_revision(stored.ToStringView());
  if (!rev) {
    broken_ = fail(errc::store_corrupt, "record " + key.key + " is damaged");
    return {};
  }
  return revisions_.learn(key_, *rev);
}

const std::uint64_t* ledger::head_of(const std::string& stream) {
  if (const auto* known = heads_.find(stream))
    return known;
  const auto prefix = stream_prefix(stream);
  auto last = prefix;
  put_be64(last, ~std::uint64_t{0});
  const std::unique_ptr<rocksdb::Iterator> at{database_.db().NewIterator({}, database_.in(family::streams))};
  at->SeekForPrev(last);
  if (broken(at->status()))
    return nullptr;
  std::uint64_t head = 0;
  if (at->Valid() && at->key().starts_with(prefix))
    head = get_be(at->key().ToStringView().substr(prefix.size()), 8);
  return &heads_.learn(stream, head);
}

const std::optional<body_row>* ledger::body_row_of(const blob_id& blob) {
  if (const auto* known = bodies_.find(blob))
    return known;
  rocksdb::PinnableSlice stored;
  const auto status = database_.db().Get({}, database_.in(family::records), blob_key(body_prefix, blob), &stored);
  row_.reset();
  if (status.IsNotFound())
    return &row_;
  if (broken(status))
    return nullptr;
  row_ = decode_body_row(stored.ToStringView());
  if (!row_) {
    broken_ = fail(errc::store_corrupt, "a body's row is damaged");
    return nullptr;
  }
  return &bodies_.learn(blob, row_);
}

const std::optional<body_row>* ledger::body_of(const blob_id& blob) {
  const auto* row = body_row_of(blob);
  if (row != &row_)
    return row;
  rocksdb::PinnableSlice chunk;
  const auto status = database_.db().Get({}, database_.in(family::bodies), chunk_key(blob, 0), &chunk);
  if (status.ok())
    return &bodies_.learn(blob, body_row{body_state::referenced, 0, {true}});
  if (status.IsNotFound())
    return &bodies_.learn(blob, std::nullopt);
  broken_ = to_error(status);
  return nullptr;
}

result<std::optional<batch_state>> ledger::state_of(const batch_id& id) {
  if (const auto found = group_ids_.find(id); found != group_ids_.end())
    return std::optional{found->second};
  rocksdb::PinnableSlice stored;
  const auto key = id.view();
  const auto status =
      database_.db().Get({}, database_.in(family::batches), rocksdb::Slice{key.data(), key.size()}, &stored);
  if (status.IsNotFound())
    return std::optional<batch_state>{};
  if (broken(status))
    return broken_;
  const auto row = decode_batch_row(stored.ToStringView());
  if (!row)
    return fail(errc::store_corrupt, "a batch's row is damaged");
  return std::optional{row->state};
}

void ledger::write_record(const record_key& key, revision rev, shard_id shard, std::string_view value) {
  record_key_into(key_, key.space, key.key);
  const auto header = record_header(rev, shard);
  const rocksdb::Slice key_parts[] = {key_};
  const rocksdb::Slice value_parts[] = {{header.data(), header.size()}, {value.data(), value.size()}};
  added(writes_.Put(database_.in(family::records), rocksdb::SliceParts{key_parts, 1},
                    rocksdb::SliceParts{value_parts, 2}));
  revisions_.change(key_, rev);
}

void ledger::write_body(const blob_id& blob, body_row row) {
  auto* const records = database_.in(family::records);
  const auto& before = *body_of(blob);
  const bool was_listed = before && before->state != body_state::referenced;
  const bool is_listed = row.state != body_state::referenced;
  if (is_listed && !was_listed)
    added(writes_.Put(records, blob_key(unreferenced_prefix, blob), rocksdb::Slice{}));
  if (was_listed && !is_listed)
    added(writes_.Delete(records, blob_key(unreferenced_prefix, blob)));
  added(writes_.Put(records, blob_key(body_prefix, blob), encode(row)));
  bodies_.change(blob, std::move(row));
}

void ledger::remember(const batch_id& id, batch_state state) {
  const auto key = id.view();
  added(writes_.Put(database_.in(family::batches), rocksdb::Slice{key.data(), key.size()},
                    encode_batch_row(state, now_ms())));
  group_ids_.emplace(id, state);
  sync_ = true;
}

bool ledger::broken(const rocksdb::Status& status) {
  if (status.ok())
    return false;
  broken_ = to_error(status);
  return true;
}

} // namespace postroom::storage::embedded
