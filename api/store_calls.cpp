#include "api/store_calls.hpp"

namespace postroom::api {

using boost::asio::awaitable;

awaitable<result<std::vector<storage::stream_entry>>>
read_stream(storage::store& from, std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max) {
  using answer = result<std::vector<storage::stream_entry>>;
  std::function<void(storage::completion<answer>)> start = [&from, stream = std::move(stream), after, limit,
                                                            bytes_max](storage::completion<answer> done) {
    from.read_stream(stream, after, limit, bytes_max, std::move(done));
  };
  return completed<answer>(std::move(start));
}

awaitable<result<std::optional<std::string>>> read_chunk(storage::store& from, blob_id blob, std::uint32_t index) {
  using answer = result<std::optional<std::string>>;
  std::function<void(storage::completion<answer>)> start = [&from, blob, index](storage::completion<answer> done) {
    from.read_chunk(blob, index, std::move(done));
  };
  return completed<answer>(std::move(start));
}

namespace {

awaitable<storage::commit_result> commit(storage::store& to, std::shared_ptr<storage::batch> what) {
  std::function<void(storage::completion<storage::commit_result>)> start =
      [&to, what = std::move(what)](storage::completion<storage::commit_result> done) {
        to.commit(std::move(*what), std::move(done));
      };
  return completed<storage::commit_result>(std::move(start));
}

awaitable<result<storage::outcome>> resolve(storage::store& at, batch_id id) {
  using answer = result<storage::outcome>;
  std::function<void(storage::completion<answer>)> start = [&at, id](storage::completion<answer> done) {
    at.resolve(id, std::move(done));
  };
  return completed<answer>(std::move(start));
}

} // namespace

awaitable<result<void>> apply(storage::store& to, std::vector<storage::operation> changes) {
  auto pending = apply_appending(to, std::move(changes));
  const auto done = co_await std::move(pending);
  co_return done ? result<void>{} : result<void>{done.error()};
}

awaitable<result<std::uint64_t>> apply_appending(storage::store& to, std::vector<storage::operation> changes) {
  auto what = std::make_shared<storage::batch>();
  what->id = random_id128<batch_id>();
  what->operations = std::move(changes);
  const auto id = what->id;
  auto pending = commit(to, std::move(what));
  auto done = co_await std::move(pending);
  if (done.outcome == storage::outcome::unknown) {
    auto asked = resolve(to, id);
    const auto fate = co_await std::move(asked);
    if (!fate)
      co_return fate.error();
    done.outcome = *fate;
  }
  switch (done.outcome) {
  case storage::outcome::committed:
    co_return done.seqs.empty() ? 0 : done.seqs.back();
  case storage::outcome::conflict:
    co_return fail(errc::conflict, "it was changed by somebody else in between");
  case storage::outcome::fenced:
    co_return fail(errc::store_fenced, "another node owns this now");
  case storage::outcome::unknown:
  case storage::outcome::unavailable:
    break;
  }
  co_return done.error ? *done.error : fail(errc::store_unavailable, "the store refused the change");
}

} // namespace postroom::api
