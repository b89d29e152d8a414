#pragma once

#include "actors/messages.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postroom::outbox {

/// Where the mail's body lies; all zero: nowhere.
[[nodiscard]] blob_id blob_of(const records::OutboxMail& mail);

/// Whose queue it is.
struct queue_context {
  tenant_id tenant;
  account_id account;
  storage::fence fence;
};

/// A waiting mail in memory; with its body when that is small and was just handed in.
struct waiting_mail {
  std::shared_ptr<const records::OutboxMail> record;
  std::shared_ptr<const std::string> body;
};

/// The queue of one account, as its one writer sees it: counters, the lowest waiting mails, and the batch that each
/// change needs. Each batch relies on the one before it (by the revision of the counters), so they may be committed
/// one after the other without waiting; when one fails, all later ones fail, and the queue must be read anew. Plain
/// data; no I/O, no clock.
class queue {
public:
  queue(queue_context context, records::Outbox stored, revision rev);

  /// Why no further mail of so many octets is taken now (`busy`).
  [[nodiscard]] std::optional<error> refuse(std::uint64_t bytes) const;
  /// Takes a mail in: gives it its seq and id. `body`: a small one, stored with it; else its blob is staged.
  /// `more`: what else is to be committed, made when the id is known.
  [[nodiscard]] storage::batch
  accept(records::OutboxMail& mail, std::shared_ptr<const std::string> body,
         const std::function<std::vector<storage::operation>(const records::OutboxMail&)>& more);
  /// Its last octet is about to leave: from here on nobody may take it for unsent.
  [[nodiscard]] storage::batch mark_in_flight(const records::OutboxMail& mail,
                                              const std::vector<std::uint32_t>& recipients, const std::string& host,
                                              wall_time now);
  /// Stores a mail's record as it is, without a change of state.
  [[nodiscard]] storage::batch note(const records::OutboxMail& mail);
  /// Stores what became of a mail that stood as `before` until now; it is no longer in flight. `events` are appended.
  [[nodiscard]] storage::batch settle(const records::OutboxMail& mail, const records::OutboxMail& before, wall_time now,
                                      std::vector<std::string> events);

  /// The lowest waiting mail; nothing: none, or not read yet.
  [[nodiscard]] const waiting_mail* head() const { return window_.empty() ? nullptr : &window_.front(); }
  /// Waiting mails stand in the store that are not in memory, and none is.
  [[nodiscard]] bool wants_page() const { return window_.empty() && more_behind_; }
  /// The waiting mails from this seq on are wanted, at most limits::outbox_window.
  [[nodiscard]] std::uint64_t page_from() const { return counts_.first_pending(); }
  /// In order; `last`: there are no more behind them; `seen`: the counters' revision in the same snapshot. Ignored when
  /// the window was changed since it was asked for, or when a change made here was not stored yet.
  void page_read(std::vector<records::OutboxMail> mails, bool last, std::uint64_t asked_at, revision seen);
  /// Grows with each change that makes a page under way worthless.
  [[nodiscard]] std::uint64_t window_version() const { return version_; }
  /// Whether a snapshot with the counters of this revision may show a mail as it was before the latest settle().
  [[nodiscard]] bool is_outdated(revision seen) const { return seen < settled_; }
  /// Grows with each batch, over restarts too.
  [[nodiscard]] std::uint64_t changes_so_far() const { return rev_.value; }

  [[nodiscard]] const records::Outbox& counts() const { return counts_; }
  [[nodiscard]] bool empty() const { return counts_.queued() + counts_.deferred() == 0; }

private:
  [[nodiscard]] storage::batch begin();
  void finish(storage::batch& into);
  void count(const records::OutboxMail& mail, int by, records::OutboxMail::State state);
  void put_mail(storage::batch& into, const records::OutboxMail& mail);
  void enter_window(const records::OutboxMail& mail, std::shared_ptr<const std::string> body);
  void leave_window(std::uint64_t seq);
  void land(std::uint32_t served_now, wall_time now);
  [[nodiscard]] storage::record_key expiry_key(const records::OutboxMail& of) const;
  [[nodiscard]] records::OutboxMail put_away(storage::batch& into, const records::OutboxMail& mail);

  queue_context context_;
  records::Outbox counts_;
  revision rev_;
  std::deque<waiting_mail> window_;
  bool more_behind_ = false;
  bool joined_behind_ = false; ///< a mail went behind the window: a page read before may not show it
  std::uint64_t version_ = 0;
  revision settled_; ///< of the counters with the latest settle(): a page read before would show the past
};

} // namespace postroom::outbox
