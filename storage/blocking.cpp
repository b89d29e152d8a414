#include "storage/blocking.hpp"

#include "base/crypto.hpp"

namespace postroom::storage {

result<void> commit_now(store& to, std::vector<operation> operations) {
  batch what;
  what.id = random_id128<batch_id>();
  what.operations = std::move(operations);
  const auto id = what.id;
  auto done = wait_for<commit_result>([&](auto answer) { to.commit(std::move(what), answer); });
  if (done.outcome == outcome::unknown) {
    const auto fate = wait_for<result<outcome>>([&](auto answer) { to.resolve(id, answer); });
    if (!fate)
      return fate.error();
    done.outcome = *fate;
  }
  switch (done.outcome) {
  case outcome::committed:
    return {};
  case outcome::conflict:
    return fail(errc::conflict, "it was changed by somebody else in between");
  case outcome::fenced:
    return fail(errc::store_fenced, "another process has taken over");
  case outcome::unknown:
  case outcome::unavailable:
    break;
  }
  return done.error ? *done.error : fail(errc::store_unavailable, "the store did not take the change");
}

} // namespace postroom::storage
