#include "tests/net/support/counted_memory.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace postroom::net::test {
namespace {

constexpr std::size_t large = 4096;

thread_local bool counted_thread = false;
std::atomic<long> bytes{0}, blocks{0}, large_blocks{0};

/// Stands before every block.
struct alignas(std::max_align_t) mark {
  std::size_t size;
  bool counted;
};

void book(const mark& block, long sign) noexcept {
  if (!block.counted)
    return;
  bytes += sign * static_cast<long>(block.size);
  blocks += sign;
  large_blocks += block.size >= large ? sign : 0;
}

void* take(std::size_t size) noexcept {
  auto* const block = static_cast<mark*>(std::malloc(sizeof(mark) + size));
  if (!block)
    return nullptr;
  *block = {size, counted_thread};
  book(*block, 1);
  return block + 1;
}

void give(void* what) noexcept {
  if (!what)
    return;
  auto* const block = static_cast<mark*>(what) - 1;
  book(*block, -1);
  std::free(block);
}

// OpenSSL takes these only before its first allocation, hence before main.
const bool openssl_counts =
    CRYPTO_set_mem_functions([](std::size_t size, const char*, int) { return take(size); },
                             [](void* old, std::size_t size, const char*, int) -> void* {
                               void* const fresh = take(size);
                               if (fresh && old)
                                 std::memcpy(fresh, old, std::min(size, (static_cast<mark*>(old) - 1)->size));
                               if (fresh)
                                 give(old);
                               return fresh;
                             },
                             [](void* what, const char*, int) { give(what); }) == 1;

} // namespace

void count_this_thread(bool yes) noexcept {
  counted_thread = yes;
}

counted_memory memory_counted() noexcept {
  return openssl_counts ? counted_memory{bytes, blocks, large_blocks} : counted_memory{-1, -1, -1};
}

} // namespace postroom::net::test

using postroom::net::test::give;
using postroom::net::test::take;

void* operator new(std::size_t size) {
  if (void* const block = take(size))
    return block;
  throw std::bad_alloc{};
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take(size);
}
void operator delete(void* what) noexcept {
  give(what);
}
void operator delete[](void* what) noexcept {
  give(what);
}
void operator delete(void* what, std::size_t) noexcept {
  give(what);
}
void operator delete[](void* what, std::size_t) noexcept {
  give(what);
}
void operator delete(void* what, const std::nothrow_t&) noexcept {
  give(what);
}
void operator delete[](void* what, const std::nothrow_t&) noexcept {
  give(what);
}
