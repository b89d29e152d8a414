#include "actors/parsing/inflight_file.hpp"

#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "protocol/mime/event_data.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace postroom::parsing {

namespace {

constexpr std::array<char, 8> format{'P', 'R', 'I', 'N', 'F', 'L', 'T', '1'};
constexpr std::uint32_t deaths_to_condemn = 2;

/// A mail in flight or suspected. `check` is written last and zeroed first, so an entry torn by a crash is no entry.
struct entry {
  inflight_key key;
  std::uint32_t count;
  std::uint32_t reserved;
  std::uint64_t check;
};

/// The file, byte for byte, in the machine's own order: it never leaves the machine.
struct layout {
  std::array<char, 8> magic;
  std::array<std::uint8_t, 56> reserved;
  std::array<entry, inflight_slots_max> slots;
  std::array<entry, limits::parse_suspects_max> suspects;
};
static_assert(sizeof(entry) == 32 && std::is_trivially_copyable_v<layout>);

std::uint64_t check_of(const inflight_key& key, std::uint32_t count) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
  const auto add = [&](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  std::for_each(key.begin(), key.end(), add);
  for (unsigned shift = 0; shift < 32; shift += 8)
    add(static_cast<std::uint8_t>(count >> shift));
  return hash | 1U; // never zero, which means "no entry"
}

bool is_set(const entry& e) noexcept {
  return e.check == check_of(e.key, e.count);
}

/// The next process may see the state between any two of our stores, hence their order matters to the compiler.
void clear(entry& e) noexcept {
  std::atomic_ref(e.check).store(0, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void set(entry& e, const inflight_key& key, std::uint32_t count) noexcept {
  clear(e);
  e.key = key;
  e.count = count;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::atomic_ref(e.check).store(check_of(key, count), std::memory_order_release);
}

class file_descriptor {
public:
  explicit file_descriptor(int fd = -1) noexcept : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_;
};

error system_error(const std::filesystem::path& path, const char* doing) {
  const int why = errno;
  return fail(why == ENOSPC || why == EDQUOT ? errc::disk_full : errc::store_unavailable,
              std::string("cannot ") + doing + " " + path.string() + ": " + std::strerror(why));
}

result<file_descriptor> lock(const std::filesystem::path& path) {
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file)
    return system_error(path, "open");
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(errc::conflict, path.string() + " is locked: another process uses this data directory");
    return system_error(path, "lock");
  }
  return file;
}

/// The file of the last process; an empty one when there is none or it makes no sense.
layout read_last(const std::filesystem::path& path) {
  layout last{};
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return {};
  const auto count = ::read(file.get(), &last, sizeof last);
  return count == static_cast<ssize_t>(sizeof last) && last.magic == format ? last : layout{};
}

/// What is known after the death of the process that left `last`: one death more for all it had in flight.
layout succeed(const layout& last) {
  struct suspect {
    inflight_key key;
    std::uint32_t count;
  };
  std::vector<suspect> suspects;
  for (const auto& e : last.suspects) {
    if (is_set(e))
      suspects.push_back({e.key, e.count});
  }
  for (const auto& e : last.slots) {
    if (!is_set(e))
      continue;
    const auto known = std::find_if(suspects.begin(), suspects.end(), [&](const auto& s) { return s.key == e.key; });
    if (known != suspects.end())
      ++known->count;
    else
      suspects.push_back({e.key, 1});
  }
  // Too many: the least suspicious go, of those the oldest.
  while (suspects.size() > limits::parse_suspects_max) {
    suspects.erase(std::min_element(suspects.begin(), suspects.end(),
                                    [](const auto& a, const auto& b) { return a.count < b.count; }));
  }
  layout next{};
  next.magic = format;
  for (std::size_t i = 0; i < suspects.size(); ++i)
    set(next.suspects[i], suspects[i].key, suspects[i].count);
  return next;
}

/// Puts the whole file in place at once, so that a crash in between leaves the old one to count again. Writing every
/// byte also allots the space, without which a store into the mapping could end in SIGBUS on a full disk.
result<file_descriptor> replace(const std::filesystem::path& path, const layout& content) {
  auto fresh = path;
  fresh += ".new";
  file_descriptor file(::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file)
    return system_error(fresh, "create");
  errno = ENOSPC; // what a short write means
  if (::write(file.get(), &content, sizeof content) != static_cast<ssize_t>(sizeof content))
    return system_error(fresh, "write");
  if (::rename(fresh.c_str(), path.c_str()) != 0)
    return system_error(path, "replace");
  return file;
}

} // namespace

struct inflight_file::state {
  state(file_descriptor lock, layout* map) : lock_file(std::move(lock)), mapped(map) {
    suspects = static_cast<std::size_t>(std::count_if(mapped->suspects.begin(), mapped->suspects.end(), is_set));
  }
  ~state() { ::munmap(mapped, sizeof *mapped); }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  file_descriptor lock_file;
  layout* mapped;
  std::mutex mutex;                  ///< guards mapped->suspects; a slot belongs to its worker
  std::atomic<std::size_t> suspects; ///< how many there are: nearly always none, and then no lock is needed
};

inflight_key inflight_key_of(const account_id& account, std::string_view folder, uid_validity validity,
                             message_uid uid) {
  const auto hash = sha256(mime::stable_message_id(account, folder, validity, uid).str());
  inflight_key key{};
  std::copy_n(hash.begin(), key.size(), key.begin());
  return key;
}

result<std::unique_ptr<inflight_file>> inflight_file::open(const std::filesystem::path& path) {
  auto lock_path = path;
  lock_path += ".lock";
  auto locked = lock(lock_path);
  if (!locked)
    return locked.error();
  const auto file = replace(path, succeed(read_last(path)));
  if (!file)
    return file.error();
  void* mapped = ::mmap(nullptr, sizeof(layout), PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
  if (mapped == MAP_FAILED)
    return system_error(path, "map");
  return std::unique_ptr<inflight_file>(
      new inflight_file(std::make_unique<state>(std::move(*locked), static_cast<layout*>(mapped))));
}

inflight_file::inflight_file(std::unique_ptr<state> s) : state_(std::move(s)) {
}
inflight_file::~inflight_file() = default;

void inflight_file::begin(std::size_t slot, const inflight_key& key) {
  assert(slot < inflight_slots_max);
  set(state_->mapped->slots[slot], key, 0);
}

void inflight_file::end(std::size_t slot) {
  assert(slot < inflight_slots_max);
  clear(state_->mapped->slots[slot]);
}

std::uint32_t inflight_file::count_of(const inflight_key& key) const {
  if (state_->suspects == 0)
    return 0;
  const std::lock_guard guard(state_->mutex);
  for (const auto& e : state_->mapped->suspects) {
    if (is_set(e) && e.key == key)
      return e.count;
  }
  return 0;
}

bool inflight_file::suspected(const inflight_key& key) const {
  return count_of(key) > 0;
}

bool inflight_file::condemned(const inflight_key& key) const {
  return count_of(key) >= deaths_to_condemn;
}

void inflight_file::forget(const inflight_key& key) {
  if (state_->suspects == 0)
    return;
  const std::lock_guard guard(state_->mutex);
  for (auto& e : state_->mapped->suspects) {
    if (is_set(e) && e.key == key) {
      clear(e);
      --state_->suspects;
    }
  }
}

} // namespace postroom::parsing
