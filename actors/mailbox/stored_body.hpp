#pragma once

#include "protocol/mime/byte_source.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace postroom::mailbox {

/// Reads a body that lies in the store in pieces of limits::chunk_bytes_max, one piece in memory at a time. `read`
/// waits for the disk: only for parsing threads. The store must outlive it.
[[nodiscard]] std::unique_ptr<mime::byte_source> open_stored_body(storage::store& from, blob_id blob,
                                                                  std::uint64_t bytes);

/// Reads a body held in memory together with others who hold it.
[[nodiscard]] std::unique_ptr<mime::byte_source> open_shared_body(std::shared_ptr<const std::string> body);

} // namespace postroom::mailbox
