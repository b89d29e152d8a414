#include "storage/memory/memory_state.hpp"

#include <functional>

namespace postroom::storage::memory {
namespace {

/// One batch being applied: each operation leaves behind how to take it back.
class application {
public:
  application(tables& to, bodies& blobs, std::int64_t now_ms) : tables_(to), bodies_(blobs), now_ms_(now_ms) {}

  bool operator()(const put& op) {
    if (op.expected && *op.expected != revision_of(op.key))
      return false;
    write(op.key, op.shard, op.value);
    return true;
  }
  bool operator()(const put_if_absent& op) {
    const bool absent = revision_of(op.key).value == 0;
    if (absent)
      write(op.key, op.shard, op.value);
    result_.inserted.push_back(absent);
    return true;
  }
  bool operator()(const erase& op) {
    if (op.expected && *op.expected != revision_of(op.key))
      return false;
    remember(op.key);
    tables_.records.erase(op.key);
    return true;
  }
  bool operator()(const assert_revision& op) { return op.expected == revision_of(op.key); }
  bool operator()(const append& op) {
    auto& stream = tables_.streams[op.stream];
    stream.push_back(op.value);
    result_.seqs.push_back(stream.size());
    undo_.push_back([this, name = op.stream] { tables_.streams[name].pop_back(); });
    return true;
  }
  bool operator()(const reference_body& op) {
    const auto found = bodies_.find(op.blob);
    if (op.inline_chunk) {
      if (found != bodies_.end() && !found->second.has_exactly(0) && !found->second.has_exactly(1))
        return false;
      remember(op.blob);
      bodies_[op.blob] = body{body_state::referenced, now_ms_, {{0, *op.inline_chunk}}};
      return true;
    }
    if (found == bodies_.end() ? op.chunks != 0
                               : found->second.state == body_state::released || !found->second.has_exactly(op.chunks))
      return false;
    remember(op.blob);
    bodies_[op.blob].state = body_state::referenced;
    return true;
  }
  bool operator()(const release_body& op) {
    const auto found = bodies_.find(op.blob);
    if (found == bodies_.end() || found->second.state != body_state::referenced)
      return true;
    remember(op.blob);
    found->second.state = body_state::released;
    return true;
  }

  void take_back() {
    for (; !undo_.empty(); undo_.pop_back())
      undo_.back()();
  }
  commit_result& result() { return result_; }

private:
  revision revision_of(const record_key& key) const {
    const auto found = tables_.records.find(key);
    return found == tables_.records.end() ? revision{} : found->second.rev;
  }
  void write(const record_key& key, shard_id shard, const std::string& value) {
    remember(key);
    auto& entry = tables_.records[key];
    entry.rev.value += 1;
    entry.shard = shard;
    entry.value = value;
  }
  void remember(const record_key& key) { remember_in(tables_.records, key); }
  void remember(const blob_id& blob) { remember_in(bodies_, blob); }

  template <class Map>
  void remember_in(Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end())
      undo_.push_back([&map, key] { map.erase(key); });
    else
      undo_.push_back([&map, key, old = found->second] { map[key] = old; });
  }

  tables& tables_;
  bodies& bodies_;
  std::int64_t now_ms_;
  commit_result result_;
  std::vector<std::function<void()>> undo_;
};

record to_record(const record_key& key, const entry& from) {
  return {key.key, from.rev, from.shard, from.value};
}

} // namespace

commit_result apply(const std::vector<operation>& operations, tables& to, bodies& blobs, std::int64_t now_ms) {
  application each{to, blobs, now_ms};
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (std::visit(each, operations[i]))
      continue;
    each.take_back();
    commit_result answer;
    answer.outcome = outcome::conflict;
    answer.conflicting = i;
    return answer;
  }
  each.result().outcome = outcome::committed;
  return std::move(each.result());
}

std::optional<record> get(const tables& in, const record_key& key) {
  const auto found = in.records.find(key);
  if (found == in.records.end())
    return {};
  return to_record(found->first, found->second);
}

std::vector<record> scan(const tables& in, space where, const key_range& range, std::size_t limit, bool reverse) {
  std::vector<record> found;
  if (!range.last.empty() && range.last <= range.first)
    return found;
  const auto first = in.records.lower_bound({where, range.first});
  const auto next_space = static_cast<space>(static_cast<std::uint8_t>(where) + 1);
  const auto last =
      in.records.lower_bound(range.last.empty() ? record_key{next_space, {}} : record_key{where, range.last});
  if (reverse) {
    for (auto at = last; at != first && found.size() < limit;) {
      --at;
      found.push_back(to_record(at->first, at->second));
    }
  } else {
    for (auto at = first; at != last && found.size() < limit; ++at)
      found.push_back(to_record(at->first, at->second));
  }
  return found;
}

std::vector<stream_entry> read_stream(const tables& in, const std::string& stream, std::uint64_t after,
                                      std::size_t limit, std::size_t bytes_max) {
  std::vector<stream_entry> entries;
  const auto found = in.streams.find(stream);
  if (found == in.streams.end())
    return entries;
  std::size_t bytes = 0;
  for (std::uint64_t seq = after; seq < found->second.size() && entries.size() < limit; ++seq) {
    const auto& value = found->second[seq];
    if (!entries.empty() && bytes + value.size() > bytes_max)
      break;
    bytes += value.size();
    entries.push_back({seq + 1, value});
  }
  return entries;
}

} // namespace postroom::storage::memory
