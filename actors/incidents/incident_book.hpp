#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "storage/directory.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Faults that people must be told about once, not each time they are met: one event when an incident begins, one when
/// it is over, over restarts, too. Pure: answers what to commit.
namespace postroom::incidents {

/// Whom a fault concerns.
struct subject {
  enum class kind : std::uint8_t { provider, grant, account };
  kind what{};
  std::string id;
  std::string provider;                       ///< of a grant or account
  std::string delegate;                       ///< of a grant
  std::vector<std::string> accounts_affected; ///< at most 100 of them are named in the event
  std::size_t accounts_count = 0;             ///< all of them
};
/// `provider/azure`
[[nodiscard]] std::string to_string(const subject& of);

/// The record to be written or erased, and the event that goes with it, in one commit.
struct change {
  std::vector<storage::operation> operations;
  std::string event_type; ///< for metrics and logs; empty: no event
};

/// The open incidents of whoever owns the book: a provider (itself and its grants) or a tenant (its accounts).
/// Every change demands the revision that the book knows, so of two writers one gets a conflict and no event is told
/// twice: after a conflict, or a commit whose outcome was not told, read the records again and call read_again(). Not
/// thread-safe.
class incident_book {
public:
  /// `source` of events is `/tenants/<tenant>`.
  explicit incident_book(tenant_id tenant) : tenant_(std::move(tenant)) {}
  /// What stands in the store, before anything else is asked.
  void load(records::Incident stored, revision rev);

  /// The fault is met (again). Nothing when the same one is open already; another code or cause is a new incident in
  /// place of the old one. Events: `grant.revoked` for a grant whose error is grant_dead, else `account.auth_error`.
  [[nodiscard]] std::optional<change> failed(const subject& who, const error& why, wall_time now);
  /// All is well: `account.auth_recovered` when an incident was open. A grant that works again does not expire, either.
  [[nodiscard]] std::optional<change> recovered(const subject& who, wall_time now);
  /// Something of the subject expires: told once at each of 30, 14, 7 and 1 days before, or when it has expired, and
  /// anew for another end; of thresholds passed meanwhile only the nearest. `provider.secret_expiring` (`what`:
  /// client_secret, certificate) or `grant.expiring`. An end that was moved away ends the incident, without an event;
  /// wall_time::max() is no end at all. It stands beside a fault of the subject.
  [[nodiscard]] std::optional<change> expires(const subject& who, std::string_view what, wall_time at, wall_time now);
  /// Forgets a subject that is gone, with all that expires.
  [[nodiscard]] std::optional<change> forget(const subject& who);

  /// Call with what the commit of the last change brought: without success the change is taken back, so that the next
  /// call answers it again. One change at a time for each subject: failed, recovered and forget answer nothing while
  /// one is under way, but the last of them is remembered, and what is left to be committed then is answered here.
  /// expires only answers nothing: ask it again at the next look.
  std::optional<change> committed(const subject& who, bool success);
  /// Call instead of committed(): the change was refused, or perhaps made by another, and this, all of it, stands in
  /// the store about the subject. With `repeat` what was told last is answered once more, as far as that leaves
  /// something to be done.
  std::optional<change> read_again(const subject& who, std::vector<storage::versioned<records::Incident>> stored,
                                   bool repeat);

  /// Whether there is anything about the subject: a fault, something that expires, or a change under way.
  [[nodiscard]] bool knows(const subject& who) { return !entries_of(to_string(who)).empty(); }
  /// The open fault; null when there is none. What expires is no fault.
  [[nodiscard]] const records::Incident* find(const subject& who) const;

private:
  /// What was told while a change was under way.
  struct news {
    enum class kind : std::uint8_t { failed, recovered, forget };
    kind what{};
    subject who;
    error why;
    wall_time when{};
  };
  struct entry {
    std::optional<records::Incident> stored;
    std::optional<records::Incident> pending; ///< nothing while it is in flight: to be erased
    revision rev{};
    bool in_flight = false;
  };
  using entry_map = std::map<std::string, entry, std::less<>>;

  [[nodiscard]] std::vector<entry_map::iterator> entries_of(const std::string& subject);
  [[nodiscard]] bool is_in_flight(const std::string& subject);
  /// Whether to wait for a commit under way; what was told is kept then.
  [[nodiscard]] bool must_wait(news::kind what, const subject& who, const error& why, wall_time now);
  /// What is left to be done of what was told while a change was under way.
  [[nodiscard]] std::optional<change> go_on(const std::string& subject);
  [[nodiscard]] storage::operation write(const std::string& subject, entry& into, records::Incident value);
  [[nodiscard]] storage::operation erase(const std::string& subject, entry& from) const;
  [[nodiscard]] storage::operation tell(const records::Event& event) const;

  tenant_id tenant_;
  entry_map entries_; ///< by the records' subject: `provider/azure`, of what expires `provider/azure/client_secret`
  std::map<std::string, news, std::less<>> waiting_;   ///< by subject
  std::map<std::string, news, std::less<>> under_way_; ///< by subject: of which a change is being committed
};

} // namespace postroom::incidents
