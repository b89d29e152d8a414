#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The one seam between Postroom and where its state lives. Back ends: memory/ (reference and tests), rocksdb/
/// (embedded default). One contract suite runs over all of them.
namespace postroom::storage {

/// The record spaces. Keys are ordered bytewise inside a space. The numbers are stored: never reuse one.
enum class space : std::uint8_t {
  meta = 1,         ///< installation: format version, shard epochs, key check
  config = 2,       ///< tenants, providers, grants, accounts as declared
  cursor = 3,       ///< how far each folder of each mailbox is in step
  message = 4,      ///< one record per message ever announced
  index = 5,        ///< explicit index entries that point into other spaces
  contact = 6,      ///< contacts saved into lists
  token = 7,        ///< API tokens, hashed
  quarantine = 8,   ///< messages that could not be processed
  audit = 9,        ///< administrative acts
  outbox = 10,      ///< mails handed in for sending, and their queues
  upload = 11,      ///< files handed in, to be attached
  idempotency = 12, ///< what was answered to requests that may be repeated
  expiry = 13,      ///< what is to be erased, by time
  sign_in = 14,     ///< sign-ins under way in a browser
  state = 15,       ///< what was learnt while running: open incidents, login names
};
inline constexpr space all_spaces[] = {space::meta,   space::config,  space::cursor, space::message,
                                       space::index,  space::contact, space::token,  space::quarantine,
                                       space::audit,  space::outbox,  space::upload, space::idempotency,
                                       space::expiry, space::sign_in, space::state};

/// A shard and the epoch its writer believes to own it with.
struct fence {
  shard_id shard;
  shard_epoch epoch;
};

struct record_key {
  storage::space space{};
  std::string key;
  friend auto operator<=>(const record_key&, const record_key&) = default;
};

struct record {
  std::string key;
  revision rev; ///< 1 when first written, +1 with each put; an erased and re-created record starts at 1 again
  shard_id shard;
  std::string value;
};

/// Writes a record. With `expected`: only if its revision is exactly that (0: it must not exist), else *conflict*.
struct put {
  record_key key;
  std::string value;
  shard_id shard{};
  std::optional<revision> expected;
};
/// Writes a record unless it exists; never a conflict. `commit_result::inserted` tells which happened.
struct put_if_absent {
  record_key key;
  std::string value;
  shard_id shard{};
};
/// Removes a record; one that does not exist is not an error. With `expected` as in `put`.
struct erase {
  record_key key;
  std::optional<revision> expected;
};
/// Demands a revision without writing (0: must not exist), else *conflict*.
struct assert_revision {
  record_key key;
  revision expected;
};
/// Appends to a stream (a tenant's event log); the position is allotted inside the commit, gap-free from 1.
struct append {
  std::string stream;
  std::string value;
};
/// Makes a staged body permanent, or – with `inline_chunk` – stores a small body of one chunk in the same commit.
/// Referencing a referenced body of as many chunks again changes nothing; a released one is a *conflict*. With
/// `inline_chunk`, only a body of more than one chunk is a *conflict*; a smaller one is replaced.
struct reference_body {
  blob_id blob;
  /// Exactly so many chunks must be there, else *conflict*: a 202 must never point at a hole. Inline: 0 or 1.
  std::uint32_t chunks = 0;
  std::optional<std::string> inline_chunk;
};
/// Drops a body's reference; it reads as gone at once and its chunks are collected later. A body that is not referenced
/// is not an error.
struct release_body {
  blob_id blob;
};

using operation = std::variant<put, put_if_absent, erase, assert_revision, append, reference_body, release_body>;

/// A unit of change: all of it happens, durably, or none. Operations see the effect of those before them.
struct batch {
  batch_id id; ///< random; committed at most once; the key to resolve an unknown outcome
  std::vector<fence> relies_on;
  std::vector<operation> operations;
};

enum class outcome : std::uint8_t {
  committed,   ///< on disk
  conflict,    ///< a revision or condition did not hold; nothing changed
  fenced,      ///< a shard in `relies_on` has a newer epoch; nothing changed
  unknown,     ///< it may have happened: ask resolve() with the batch's id
  unavailable, ///< it did not happen; the store is failing (error says why)
};
[[nodiscard]] std::string_view to_string(outcome o) noexcept;

struct commit_result {
  storage::outcome outcome = outcome::unavailable;
  std::vector<std::uint64_t> seqs;        ///< one per `append`, in order
  std::vector<bool> inserted;             ///< one per `put_if_absent`, in order
  std::vector<shard_id> stale;            ///< fenced: the shards whose epoch is not the one relied on
  std::optional<std::size_t> conflicting; ///< conflict: index of the operation
  std::optional<postroom::error> error;   ///< unavailable, unknown: why
};

struct stream_entry {
  std::uint64_t seq = 0;
  std::string value;
};

/// Answers arrive on a storage thread; memory, and whatever is refused at once (malformed, queue full, stopping): on
/// the caller's thread, before the call returns. They must not block and must not throw.
template <class T>
using completion = std::function<void(T)>;

/// A range of keys: `first` ≤ key < `last`; an empty `last` means no upper bound.
struct key_range {
  std::string first;
  std::string last;
};
/// All keys that start with `prefix`.
[[nodiscard]] key_range prefix_range(std::string_view prefix);

/// A frozen, consistent view of all records and streams. Reads block on disk: use on storage threads (`with_snapshot`).
class snapshot {
public:
  virtual ~snapshot() = default;
  [[nodiscard]] virtual result<std::optional<record>> get(const record_key& key) const = 0;
  /// At most `limit` records in key order, or in reverse order from the range's end.
  [[nodiscard]] virtual result<std::vector<record>> scan(space where, const key_range& range, std::size_t limit,
                                                         bool reverse = false) const = 0;
  /// Entries with seq > `after`, ascending, at most `limit` and about `bytes_max` (at least one entry).
  [[nodiscard]] virtual result<std::vector<stream_entry>>
  read_stream(const std::string& stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max) const = 0;
  /// Seq of the last entry, 0 when empty.
  [[nodiscard]] virtual result<std::uint64_t> last_seq(const std::string& stream) const = 0;
};

struct store_stats {
  std::uint64_t commits = 0;            ///< batches committed
  std::uint64_t syncs = 0;              ///< WAL syncs; commits/syncs is the group size
  std::uint64_t queued = 0;             ///< batches waiting now
  std::uint64_t reads_queued = 0;       ///< reads waiting now
  std::uint64_t commit_nanoseconds = 0; ///< time spent in group writes, summed
};

/// Thread-safe. Every call returns at once; see `completion` for where answers arrive.
class store {
public:
  virtual ~store() = default;

  /// Applies a batch. The completion is called exactly once. Committing an id again within `batch_id_retention`
  /// changes nothing and answers with the outcome `committed` (without seqs).
  virtual void commit(batch what, completion<commit_result> done) = 0;
  /// Whether a batch committed: `committed`, or `unavailable` when it certainly did not and never will (the id is
  /// burnt), or an error when that cannot be told now.
  virtual void resolve(batch_id id, completion<result<outcome>> done) = 0;

  virtual void get(record_key key, completion<result<std::optional<record>>> done) = 0;
  virtual void scan(space where, key_range range, std::size_t limit, bool reverse,
                    completion<result<std::vector<record>>> done) = 0;
  virtual void read_stream(std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max,
                           completion<result<std::vector<stream_entry>>> done) = 0;
  /// Runs `work` with a snapshot on a storage thread. When no snapshot can be had (busy, stopping), `work` still runs,
  /// with one whose every read answers why.
  virtual void with_snapshot(std::function<void(const snapshot&)> work) = 0;

  /// Stages chunk `index` of a body (≤ limits::chunk_bytes_max). Not yet referenced, hence not yet kept for ever; need
  /// not be synced before the referencing commit is. Writing the same chunk again replaces it; a referenced or released
  /// body takes no more chunks (`conflict`).
  virtual void write_chunk(blob_id blob, std::uint32_t index, std::string bytes, completion<result<void>> done) = 0;
  /// One chunk of a staged or referenced body; nothing when there is none.
  virtual void read_chunk(blob_id blob, std::uint32_t index, completion<result<std::optional<std::string>>> done) = 0;
  /// Removes chunks of released bodies, and of staged ones last written before `staged_before` (wall time, ms since
  /// 1970): a body may arrive slowly, but not fall silent. Answers the number of bodies collected.
  virtual void collect_bodies(std::int64_t staged_before_ms, completion<result<std::size_t>> done) = 0;

  /// Takes over shards: bumps the epoch of each durably and answers in the order asked for; from then on batches that
  /// rely on an older epoch are *fenced*. Shards never claimed have epoch 0.
  virtual void claim(std::vector<shard_id> shards, completion<result<std::vector<fence>>> done) = 0;

  [[nodiscard]] virtual store_stats stats() const = 0;
};

} // namespace postroom::storage
