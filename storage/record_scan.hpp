#pragma once

#include "base/limits.hpp"
#include "storage/directory.hpp"

#include <string>
#include <utility>

namespace postroom::storage {

/// Gives every record whose key begins with `prefix` (all of the space when that is empty) to `sink`, as a
/// `versioned<Record>`, page by page. Blocks on disk, as all of a snapshot does. The first damaged record fails it.
template <class Record, class Sink>
[[nodiscard]] result<void> for_each(const snapshot& view, space where, const std::string& prefix, Sink sink) {
  auto range = prefix_range(prefix);
  while (true) {
    auto page = view.scan(where, range, limits::page_items_max);
    if (!page)
      return page.error();
    const bool last = page->size() < limits::page_items_max;
    if (!last)
      range.first = page->back().key + '\0';
    for (auto& each : *page) {
      auto decoded = decode<Record>(std::move(each));
      if (!decoded)
        return decoded.error();
      sink(std::move(*decoded));
    }
    if (last)
      return {};
  }
}

} // namespace postroom::storage
