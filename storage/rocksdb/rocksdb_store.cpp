#include "storage/rocksdb/rocksdb_store.hpp"

#include "storage/batch_check.hpp"
#include "storage/rocksdb/readers.hpp"
#include "storage/rocksdb/reading.hpp"
#include "storage/rocksdb/sweeper.hpp"
#include "storage/rocksdb/writer.hpp"

namespace postroom::storage {
namespace {

using namespace embedded;

error not_open() {
  return fail(errc::store_unavailable, "the store could not be opened again after it failed");
}

/// What work gets that cannot have a snapshot.
class no_snapshot final : public snapshot {
public:
  explicit no_snapshot(error why) : why_(std::move(why)) {}
  [[nodiscard]] result<std::optional<record>> get(const record_key&) const override { return why_; }
  [[nodiscard]] result<std::vector<record>> scan(space, const key_range&, std::size_t, bool) const override {
    return why_;
  }
  [[nodiscard]] result<std::vector<stream_entry>> read_stream(const std::string&, std::uint64_t, std::size_t,
                                                              std::size_t) const override {
    return why_;
  }
  [[nodiscard]] result<std::uint64_t> last_seq(const std::string&) const override { return why_; }

private:
  error why_;
};

class rocksdb_store final : public store {
public:
  rocksdb_store(std::unique_ptr<database> in, const clock& time, std::size_t read_threads)
      : database_(std::move(in)), sweeper_(*database_), readers_(read_threads), writer_(*database_, time) {}

  // Both end before either is destroyed: the last answers of each may ask the other, and are refused.
  ~rocksdb_store() override {
    writer_.stop();
    readers_.stop();
  }

  [[nodiscard]] result<void> start() { return writer_.start(); }

  void commit(batch what, completion<commit_result> done) override {
    if (auto bad = refuse(what))
      return done(unavailable(std::move(*bad)));
    const auto bytes = weight(what);
    request wanted{commit_request{std::move(what), std::move(done)}};
    if (auto refused = writer_.submit(wanted, bytes))
      std::get<commit_request>(wanted).done(unavailable(std::move(*refused)));
  }
  void resolve(batch_id id, completion<result<outcome>> done) override { write(resolve_request{id, std::move(done)}); }
  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes, completion<result<void>> done) override {
    if (auto bad = refuse_chunk(index, bytes.size()))
      return done(std::move(*bad));
    const auto size = bytes.size();
    write(chunk_request{blob, index, std::move(bytes), std::move(done)}, size);
  }
  void collect_bodies(std::int64_t staged_before_ms, completion<result<std::size_t>> done) override {
    write(collect_request{{}, staged_before_ms, 0, [this, done = std::move(done)](result<std::size_t> collected) {
                            if (collected && *collected > 0)
                              sweeper_.nudge();
                            done(std::move(collected));
                          }});
  }
  void claim(std::vector<shard_id> shards, completion<result<std::vector<fence>>> done) override {
    if (auto bad = refuse_claim(shards))
      return done(std::move(*bad));
    write(claim_request{std::move(shards), std::move(done)});
  }

  void get(record_key key, completion<result<std::optional<record>>> done) override {
    read(std::move(done), [key = std::move(key)](const view& now) { return now.get(key); });
  }
  void scan(space where, key_range range, std::size_t limit, bool reverse,
            completion<result<std::vector<record>>> done) override {
    read(std::move(done),
         [=, range = std::move(range)](const view& now) { return now.scan(where, range, limit, reverse); });
  }
  void read_stream(std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max,
                   completion<result<std::vector<stream_entry>>> done) override {
    read(std::move(done),
         [=, stream = std::move(stream)](const view& now) { return now.read_stream(stream, after, limit, bytes_max); });
  }
  void read_chunk(blob_id blob, std::uint32_t index, completion<result<std::optional<std::string>>> done) override {
    read(std::move(done), [=](const view& now) { return now.read_chunk(blob, index); });
  }
  void with_snapshot(std::function<void(const snapshot&)> work) override {
    auto shared = std::make_shared<std::function<void(const snapshot&)>>(std::move(work));
    std::function<void()> job = [this, shared] {
      const database::usage using_it{*database_};
      if (!using_it)
        return (*shared)(no_snapshot{not_open()});
      rocksdb::ManagedSnapshot frozen{&database_->db()};
      (*shared)(view{*database_, frozen.snapshot()});
    };
    if (auto refused = readers_.submit(job))
      (*shared)(no_snapshot{std::move(*refused)});
  }

  [[nodiscard]] store_stats stats() const override {
    auto now = writer_.stats();
    now.reads_queued = readers_.queued();
    return now;
  }

private:
  template <class Request>
  void write(Request what, std::size_t bytes = 0) {
    request wanted{std::move(what)};
    if (auto refused = writer_.submit(wanted, bytes))
      std::get<Request>(wanted).done(std::move(*refused));
  }

  template <class T, class Read>
  void read(completion<result<T>> done, Read how) {
    auto shared = std::make_shared<completion<result<T>>>(std::move(done));
    std::function<void()> job = [this, shared, how = std::move(how)] {
      const database::usage using_it{*database_};
      (*shared)(using_it ? how(view{*database_}) : result<T>{not_open()});
    };
    if (auto refused = readers_.submit(job))
      (*shared)(std::move(*refused));
  }

  std::unique_ptr<database> database_;
  sweeper sweeper_;
  readers readers_;
  writer writer_;
};

} // namespace

result<std::unique_ptr<store>> open_rocksdb_store(rocksdb_options options, const clock& time) {
  auto opened = database::open(options, time);
  if (!opened)
    return opened.error();
  auto made = std::make_unique<rocksdb_store>(std::move(*opened), time, options.read_threads);
  if (auto started = made->start(); !started)
    return started.error();
  return made;
}

} // namespace postroom::storage
