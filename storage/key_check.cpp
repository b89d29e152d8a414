#include "storage/sealing.hpp"

#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace postroom::storage {

/// A check record holds a known text, sealed with the key whose id is in the record's key.
class key_checker {
public:
  static result<std::vector<operation>> missing(const keyring& keys, const std::vector<record>& known) {
    std::vector<operation> to_write;
    std::size_t held = 0;
    for (const auto& [id, unused] : keys.keys_) {
      const auto where = storage::keys::key_check(id);
      const auto found =
          std::find_if(known.begin(), known.end(), [&](const record& each) { return each.key == where.key; });
      if (found == known.end()) {
        auto sealed = keys.seal_with(id, text, where.key);
        if (!sealed)
          return sealed.error();
        to_write.push_back(put{where, std::move(*sealed), {}, revision{0}});
        continue;
      }
      if (const auto opened = keys.open(found->value, where.key); !opened || opened->expose() != text)
        return fail(errc::wrong_key,
                    "key " + std::to_string(id) + " is not the key " + std::to_string(id) + " this store knows");
      ++held;
    }
    if (held == 0 && !known.empty())
      return fail(errc::wrong_key, "none of the keys this store was sealed with is held");
    return to_write;
  }

private:
  static constexpr std::string_view text = "postroom key check";
};

void check_keys(store& in, const keyring& keys, completion<result<void>> done) {
  in.scan(space::meta, prefix_range("k/"), limits::page_items_max, false,
          [&in, &keys, done = std::move(done)](result<std::vector<record>> known) mutable {
            if (!known)
              return done(known.error());
            auto missing = key_checker::missing(keys, *known);
            if (!missing)
              return done(missing.error());
            if (missing->empty())
              return done({});
            in.commit({random_id128<batch_id>(), {}, std::move(*missing)}, [done = std::move(done)](commit_result how) {
              if (how.outcome == outcome::committed)
                return done({});
              done(how.error ? *how.error : fail(errc::conflict, "somebody else registers keys just now"));
            });
          });
}

} // namespace postroom::storage
