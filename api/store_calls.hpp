#pragma once

#include "base/crypto.hpp"
#include "storage/directory.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The store's completions as coroutines: each resumes on the caller's executor, whichever thread completes it.
namespace postroom::api {

/// Awaits one call of the store; `start` makes it with the completion it is given.
template <class T>
boost::asio::awaitable<T> completed(std::function<void(storage::completion<T>)> start) {
  auto initiate = []<class Handler>(Handler handler, std::function<void(storage::completion<T>)> begin) {
    auto executor = boost::asio::get_associated_executor(handler);
    // A completion is copyable, a coroutine's handler is not.
    auto shared = std::make_shared<Handler>(std::move(handler));
    // The io thread must not end while the store still owes an answer.
    auto work = boost::asio::make_work_guard(executor);
    begin([shared, executor, work](T answer) {
      boost::asio::post(executor,
                        [shared, answer = std::move(answer)]() mutable { std::move (*shared)(std::move(answer)); });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      initiate, boost::asio::use_awaitable, std::move(start));
}

template <class T>
using maybe = result<std::optional<storage::versioned<T>>>;

template <class T>
boost::asio::awaitable<maybe<T>> fetch(storage::store& from, storage::record_key key) {
  std::function<void(storage::completion<maybe<T>>)> start = [&from, key = std::move(key)](auto done) {
    storage::get<T>(from, key, std::move(done));
  };
  return completed<maybe<T>>(std::move(start));
}

/// `not_found` naming `what` when there is no such record.
template <class T>
boost::asio::awaitable<result<storage::versioned<T>>> fetch_existing(storage::store& from, storage::record_key key,
                                                                     std::string what) {
  auto pending = fetch<T>(from, std::move(key));
  auto got = co_await std::move(pending);
  if (!got)
    co_return got.error();
  if (!*got)
    co_return fail(errc::not_found, "there is no " + what);
  co_return std::move(**got);
}

template <class T>
using many = result<std::vector<storage::versioned<T>>>;

template <class T>
boost::asio::awaitable<many<T>> fetch_page(storage::store& from, storage::space where, std::string prefix,
                                           std::string after, std::size_t limit) {
  std::function<void(storage::completion<many<T>>)> start = [&from, where, prefix = std::move(prefix),
                                                             after = std::move(after), limit](auto done) {
    storage::list<T>(from, where, prefix, after, limit, std::move(done));
  };
  return completed<many<T>>(std::move(start));
}

[[nodiscard]] boost::asio::awaitable<result<std::vector<storage::stream_entry>>>
read_stream(storage::store& from, std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max);
[[nodiscard]] boost::asio::awaitable<result<std::optional<std::string>>> read_chunk(storage::store& from, blob_id blob,
                                                                                    std::uint32_t index);

/// Commits and finds out what an unknown outcome was. `conflict` when a condition did not hold.
[[nodiscard]] boost::asio::awaitable<result<void>> apply(storage::store& to, std::vector<storage::operation> changes);
/// The same for changes that append: the position of the last one in its stream; 0 when that cannot be told.
[[nodiscard]] boost::asio::awaitable<result<std::uint64_t>> apply_appending(storage::store& to,
                                                                            std::vector<storage::operation> changes);

/// Runs `work` on a snapshot, on a storage thread.
template <class T>
boost::asio::awaitable<T> on_snapshot(storage::store& from, std::function<T(const storage::snapshot&)> work) {
  std::function<void(storage::completion<T>)> start = [&from, work = std::move(work)](storage::completion<T> done) {
    from.with_snapshot([work, done = std::move(done)](const storage::snapshot& view) { done(work(view)); });
  };
  return completed<T>(std::move(start));
}

} // namespace postroom::api
