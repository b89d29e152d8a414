#pragma once

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "net/imap_link.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace postroom::mailbox {

/// UIDs `first` … `last`, both included.
struct uid_window {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool open_end = false; ///< `first:*` instead: beyond what the server predicted
};

/// Messages fetched by one command and committed together.
struct fetch_range {
  std::vector<std::uint32_t> uids; ///< ascending, not empty
  std::uint64_t bytes = 0;         ///< by RFC822.SIZE: an estimate
  [[nodiscard]] std::uint32_t first() const { return uids.front(); }
  [[nodiscard]] std::uint32_t last() const { return uids.back(); }
};

/// What of one folder is still to be listed and fetched. Holds at most one window of UIDs, however large the folder.
/// Pure; owned by one mailbox machine.
class sync_plan {
public:
  /// Starts a pass over everything above `last_uid`. `uid_next`: the server's prediction, 0 when unknown.
  void begin(std::uint32_t last_uid, std::uint32_t uid_next);
  /// More may have arrived: after what is planned, one more open-ended look is taken.
  void look_again() { final_look_ = true; }

  /// The next window to list; nothing when listing is complete or ranges of the last window are still to be taken.
  [[nodiscard]] std::optional<uid_window> next_window();
  /// The answer for the window last taken. Messages at or below what was listed before are ignored (RFC 3501 §6.4.8:
  /// `n:*` also returns the highest message when nothing is new); beyond a window's worth the rest is left for another
  /// look.
  void listed(std::vector<net::listed_message> messages);
  /// The next messages to fetch together, by bytes and count; nothing when all that was listed is taken.
  [[nodiscard]] std::optional<fetch_range> next_range();
  /// Puts UIDs of a range that could not be fetched together back, to be fetched one by one.
  void split(const fetch_range& range);

  [[nodiscard]] bool complete() const;
  /// Everything up to here is listed; messages at or below are either planned or not there.
  [[nodiscard]] std::uint32_t listed_up_to() const { return listed_up_to_; }

private:
  struct entry {
    std::uint32_t uid;
    std::uint32_t size; ///< saturated: beyond 4 GiB nothing is fetched anyway
    bool alone;
  };
  /// The next one stands last. Not a deque, here and in what else an idle mailbox keeps: an empty one takes 600 bytes.
  std::vector<entry> pending_;
  std::optional<uid_window> open_;
  std::uint32_t listed_up_to_ = 0;
  std::uint32_t uid_next_ = 0;
  std::uint32_t width_ = limits::list_window_uids;
  bool final_look_ = false;
};

} // namespace postroom::mailbox
