#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace postroom::parsing {

/// Names one mail for the in-flight file: 128 bits of a hash of where it is.
using inflight_key = std::array<std::uint8_t, 16>;
[[nodiscard]] inflight_key inflight_key_of(const account_id& account, std::string_view folder, uid_validity validity,
                                           message_uid uid);

inline constexpr std::size_t inflight_slots_max = 64;

/// Remembers across crashes which mails were being parsed. A mail found in flight at one start is *suspected*, at two
/// it is *condemned*: it goes to quarantine unparsed, so that no mail can crash the process for ever. Notes are plain
/// stores into a shared mapping: they outlive the process whenever it dies (not the machine: a hint lost with the power
/// costs one crash more). Thread-safe; lives as long as the process.
class inflight_file {
public:
  /// Opens or creates the file and counts what the last process left in flight, exactly once however often this is
  /// itself interrupted. Only one process may have it open (else `conflict`). A damaged or foreign file is started
  /// afresh, because it only ever holds hints. Other errors: `disk_full`, `store_unavailable`.
  [[nodiscard]] static result<std::unique_ptr<inflight_file>> open(const std::filesystem::path& path);
  ~inflight_file();
  inflight_file(const inflight_file&) = delete;
  inflight_file& operator=(const inflight_file&) = delete;

  /// Worker `slot` (< inflight_slots_max, one thread at a time) begins to parse `key`.
  void begin(std::size_t slot, const inflight_key& key);
  /// Worker `slot` has finished alive, however the parsing ended.
  void end(std::size_t slot);
  /// Whether a process died with `key` in flight: parse it with nothing else in flight, lest others be blamed.
  [[nodiscard]] bool suspected(const inflight_key& key) const;
  /// Whether two processes died with `key` in flight.
  [[nodiscard]] bool condemned(const inflight_key& key) const;
  /// Drops what is remembered of `key`: it has been quarantined, or parsed alive.
  void forget(const inflight_key& key);

private:
  struct state;
  explicit inflight_file(std::unique_ptr<state> s);
  [[nodiscard]] std::uint32_t count_of(const inflight_key& key) const;

  std::unique_ptr<state> state_;
};

} // namespace postroom::parsing
