#pragma once

#include "api/blocking_pool.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace postroom::api {

/// A stored raw mail.
struct stored_mail {
  blob_id blob;
  std::uint32_t chunks = 0;
  std::uint64_t bytes = 0;
};

/// The decoded content of one part, piece by piece, in the order of the mail. Made on a thread of the pool; taken by
/// one reader. Holds a few pieces at most: the maker waits for the reader.
class extracted_part {
public:
  virtual ~extracted_part() = default;
  /// Hands the next piece to `done`, nothing at the end, or why there is no more. One at a time; `done` is called on
  /// any thread.
  virtual void take(storage::completion<result<std::optional<std::string>>> done) = 0;
};

/// Takes mails apart for downloads, on threads that wait for the readers. Their destruction waits for the extractions
/// under way; the readers must be gone.
class extraction_pool {
public:
  /// `busy` beyond limits::http_extractions_max at once. Dropping the result ends the work. `store` must outlive the
  /// pool.
  [[nodiscard]] result<std::shared_ptr<extracted_part>> start(storage::store& store, const stored_mail& mail,
                                                              std::string part);

private:
  blocking_pool threads_{limits::http_extractions_max};
};

} // namespace postroom::api
