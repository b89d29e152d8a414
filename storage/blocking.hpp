#pragma once

#include "storage/directory.hpp"
#include "storage/store.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The store's calls for those who may wait: start-up, one-off commands, worker threads. Never from an actor, an io
/// thread or a storage thread.
namespace postroom::storage {

/// Makes a call that answers with a T and waits: `wait_for<result<X>>([&](auto done) { store.x(..., done); })`.
template <class T, class Call>
[[nodiscard]] T wait_for(Call call) {
  auto answered = std::make_shared<std::promise<T>>();
  auto answer = answered->get_future();
  call([answered](T value) { answered->set_value(std::move(value)); });
  return answer.get();
}

/// Commits the operations as one batch and resolves an unknown outcome. `conflict` when a condition did not hold.
[[nodiscard]] result<void> commit_now(store& to, std::vector<operation> operations);

/// All records whose key starts with `prefix`, in key order.
template <class T>
[[nodiscard]] result<std::vector<versioned<T>>> list_all(store& from, space where, const std::string& prefix) {
  constexpr std::size_t page = 1000;
  std::vector<versioned<T>> all;
  while (true) {
    const auto after = all.empty() ? std::string{} : all.back().key;
    auto some = wait_for<result<std::vector<versioned<T>>>>(
        [&](auto done) { list<T>(from, where, prefix, after, page, done); });
    if (!some)
      return some.error();
    const bool last = some->size() < page;
    std::move(some->begin(), some->end(), std::back_inserter(all));
    if (last)
      return all;
  }
}

} // namespace postroom::storage
