#pragma once

#include <cstddef>

namespace postroom::net::test {

/// Heap of this binary allocated by threads that asked to be counted, C++ and OpenSSL, whoever frees it.
struct counted_memory {
  long bytes = 0;
  long blocks = 0;
  long large_blocks = 0; ///< of 4 KiB and more: buffers
};

/// From now on what the calling thread allocates is counted, or is not.
void count_this_thread(bool yes) noexcept;
[[nodiscard]] counted_memory memory_counted() noexcept;

} // namespace postroom::net::test
