#include "storage/expiry.hpp"

#include "base/crypto.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace postroom::storage {
namespace {

result<batch> plan(const snapshot& view, std::int64_t now_ms) {
  const auto due = view.scan(space::expiry, keys::expired_before(now_ms), expiry_page);
  if (!due)
    return due.error();
  batch out;
  out.id = random_id128<batch_id>();
  for (const auto& each : *due) {
    auto entry = decode<records::Expiry>(each);
    if (!entry)
      return entry.error();
    const auto& what = entry->value;
    // Who wants to keep it erases the entry: then this commit is a conflict, and the next look does not see it.
    out.operations.emplace_back(erase{{space::expiry, each.key}, each.rev});
    out.operations.emplace_back(erase{{static_cast<space>(what.space()), what.key()}, {}});
    release_body body;
    if (what.blob().size() == body.blob.bytes.size()) {
      std::ranges::copy(what.blob(), body.blob.bytes.begin());
      out.operations.emplace_back(body);
    }
  }
  return out;
}

} // namespace

void erase_expired(store& from, std::int64_t now_ms, completion<result<std::size_t>> done) {
  from.with_snapshot([&from, now_ms, done = std::move(done)](const snapshot& view) {
    auto planned = plan(view, now_ms);
    if (!planned)
      return done(planned.error());
    if (planned->operations.empty())
      return done(std::size_t{0});
    const auto entries = static_cast<std::size_t>(std::ranges::count_if(planned->operations, [](const operation& op) {
      const auto* gone = std::get_if<erase>(&op);
      return gone && gone->key.space == space::expiry;
    }));
    from.commit(std::move(*planned), [entries, done](const commit_result& how) {
      if (how.outcome == outcome::committed)
        done(entries);
      else
        done(how.error.value_or(fail(errc::conflict, "what was to be erased was changed meanwhile")));
    });
  });
}

} // namespace postroom::storage
