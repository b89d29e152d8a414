#pragma once

#include "actors/mailbox/asked.hpp"
#include "actors/mailbox/sync_plan.hpp"
#include "actors/messages.hpp"
#include "actors/restart_policy.hpp"
#include "protocol/imap/command.hpp"
#include "protocol/imap/response.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace postroom::mailbox {

/// From where a new mailbox is announced.
enum class catch_up_policy : std::uint8_t { only_new, since, all };

/// What the machine needs to know of its account.
struct settings {
  account_id account;
  tenant_id tenant;
  std::string folder = "INBOX";
  catch_up_policy policy = catch_up_policy::only_new;
  wall_time since{}; ///< for `since`
  /// DONE/IDLE and a look for missed mail: Exchange drops silent sessions, others allow up to 29 minutes (RFC 2177).
  std::chrono::seconds idle_renewal{9 * 60 + 30};
};

/// How far the folder is announced; what is stored under space::cursor.
struct position {
  uid_validity validity;
  message_uid last_uid;
  bool caught_up = false;
  /// Messages up to here were there before we looked: after a change of UIDVALIDITY they may be old acquaintances, and
  /// they are announced only if they are not older than `announce_since`.
  message_uid remap_until;
  /// What the catch-up policy leaves out stays out, also after a change of UIDVALIDITY.
  wall_time announce_since{};
  /// How often numbering began anew; part of the messages' ids, since UIDs come again.
  std::uint32_t generation = 0;
};

/// Whose folder a stored position is of, seen from the mailbox that is read now.
enum class kinship : std::uint8_t {
  same,
  renamed, ///< opened under another name than before: perhaps another mailbox
  moved,   ///< of the same name at another server
  other,   ///< another mailbox's
};

// -- Events: what happened -------------------------------------------------------------------------------------------

namespace event {
struct started {};
struct position_loaded {
  std::optional<position> where;
  kinship kin = kinship::same;
};
struct permitted {};
struct token_ready {
  wall_time expires{};
  std::optional<wall_time> renewed; ///< when a newer one is planned to be there
};
/// Something asked of another actor failed.
struct ask_failed {
  error why;
  asked what = asked::position;
};
struct connected {};
/// A command ended, with what came along.
struct command_done {
  imap::command_outcome outcome;
  std::optional<uid_validity> validity;    ///< from SELECT
  std::optional<std::uint32_t> uid_next;   ///< from SELECT
  std::vector<net::listed_message> listed; ///< from UID FETCH without bodies
  std::vector<std::uint32_t> found;        ///< from UID SEARCH
  /// Messages whose bodies came since the command before ended. Servers begin the next command of a pipeline before
  /// they answer this one (Dovecot does): they may belong to a later command.
  std::vector<std::uint32_t> fetched;
  /// Messages for whose bodies the server sent NIL; 0: it did not say which.
  std::vector<std::uint32_t> withheld;
};
struct idling {};
/// EXISTS, EXPUNGE or anything else that calls for a look.
struct folder_changed {};
struct link_closed {
  error why;
};
struct credited {};
/// One body of the range now in flight is parsed, or quarantined.
struct mail_parsed {
  std::uint32_t uid = 0;
};
/// A body could not be read back from the store: nothing wrong with the mail.
struct parse_failed {
  error why;
};
struct committed {};
struct commit_failed {
  storage::outcome how;
  error why;
};
struct timer {
  std::uint32_t epoch = 0;
};
struct stop {};
} // namespace event

using event_type = std::variant<event::started, event::position_loaded, event::permitted, event::token_ready,
                                event::ask_failed, event::connected, event::command_done, event::idling,
                                event::folder_changed, event::link_closed, event::credited, event::mail_parsed,
                                event::parse_failed, event::committed, event::commit_failed, event::timer, event::stop>;

// -- Effects: what is to be done, in order ---------------------------------------------------------------------------

namespace effect {
struct load_position {};
struct ask_permit {};
struct ask_token {
  bool refresh = false;
};
struct open_link {};
/// Tells admission whether the server answered.
struct tell_tried {
  bool arrived = false;
};
struct submit {
  std::vector<imap::command> commands;
};
struct end_idle {};
/// LOGOUT and forget the link.
struct close_link {};
struct ask_credit {
  std::uint64_t bytes = 0;
};
/// Gives back the credits of the oldest range (or of all, when the link is gone).
struct return_credit {
  bool all = false;
};
/// Commits what was parsed of UIDs `first` … `last` together with the new position.
struct commit_range {
  std::uint32_t first = 0, last = 0;
  position next;
  /// UIDs in the range that the server refuses to hand out: quarantined without raw bytes.
  std::vector<std::uint32_t> unfetchable;
};
/// Stores a position alone.
struct commit_position {
  position next;
};
struct set_timer {
  std::chrono::milliseconds delay{};
  std::uint32_t epoch = 0;
};
/// The state visible to operators changed.
struct report {};
/// Everything is let go; the actor may end.
struct ended {};
} // namespace effect

using effect_type =
    std::variant<effect::load_position, effect::ask_permit, effect::ask_token, effect::open_link, effect::tell_tried,
                 effect::submit, effect::end_idle, effect::close_link, effect::ask_credit, effect::return_credit,
                 effect::commit_range, effect::commit_position, effect::set_timer, effect::report, effect::ended>;

/// Decides what a mailbox does next (inbound, IMAP). Owned by one actor; pure: time comes in, effects go out and must
/// be carried out in order. States: see `step`; each has an exit, by an answer, a deadline of the link, or a timer.
class machine {
public:
  machine(settings config, unsigned seed);

  [[nodiscard]] std::vector<effect_type> on(event_type what, mono_time ticks, wall_time now);

  [[nodiscard]] mailbox_state state() const;
  [[nodiscard]] bool in_step() const { return in_step_; }
  [[nodiscard]] const std::optional<error>& last_error() const { return last_error_; }
  [[nodiscard]] std::optional<wall_time> next_try() const { return next_try_; }
  [[nodiscard]] std::optional<wall_time> last_confirmed() const { return last_confirmed_; }
  [[nodiscard]] const position& where() const { return position_; }
  [[nodiscard]] const settings& config() const { return config_; }

private:
  enum class step : std::uint8_t {
    created,
    loading,     ///< reading the stored position
    permit,      ///< waiting for admission
    token,       ///< waiting for an access token
    connecting,  ///< TCP, TLS
    logging_in,  ///< and EXAMINE, which waits for nobody
    searching,   ///< UID SEARCH SINCE, once in a mailbox's life
    anchoring,   ///< committing the first position
    syncing,     ///< listing, fetching, committing
    idle_wanted, ///< IDLE sent, not yet accepted
    idling,
    waiting, ///< for the next try
    stopped,
  };
  /// A message that was in flight when the server refused it or the link died.
  struct suspicion {
    mono_time since{};
    std::uint8_t failures = 0;
    bool given_up = false;
  };
  struct range_in_flight {
    fetch_range range;
    bool credited = false;
    bool fetched = false;
    std::size_t expected = 0;
    std::size_t parsed = 0;
    bool committing = false;
    bool refused = false;         ///< a single message the server will not hand out
    std::optional<error> failure; ///< it did not come; told when those before it are committed
  };

  void on_started();
  void on_permitted();
  void on_ask_failed(const event::ask_failed& failure);
  void on_connected();
  void on_idling();
  void on_folder_changed();
  void on_credited();
  void on_commit_failed(const event::commit_failed& failure);
  void stop();
  void on_position(const event::position_loaded& loaded);
  void on_token(const event::token_ready& token);
  void on_command_done(event::command_done& done);
  void on_selected(const event::command_done& done);
  void on_search_done(const event::command_done& done);
  void on_list_done(event::command_done& done);
  void on_fetch_done(const event::command_done& done);
  void on_idle_done(event::command_done& done);
  [[nodiscard]] range_in_flight* range_of(std::uint32_t uid);
  void suspect(const std::vector<std::uint32_t>& uids);
  void note_withheld(std::uint32_t uid, range_in_flight& asked_for);
  void on_parsed(std::uint32_t uid);
  void on_committed();
  void on_timer(std::uint32_t epoch);
  void on_closed(const error& why);

  void forget_position();
  void first_sight(uid_validity validity);
  void search_since();
  void anchor(message_uid last_uid, wall_time announce_since);
  void remap(uid_validity validity, std::uint32_t uid_next);
  void begin_sync(std::uint32_t uid_next);
  void drive_sync();
  void commit_ready();
  void enter_idle();
  void leave_idle();
  void plan_token_renewal(const event::token_ready& token);
  void plan_move(const event::token_ready& token);
  void connect();
  void drop_link();
  [[nodiscard]] bool at_rest() const;
  void give_up_link();
  void fail_over(const error& why);
  void wait_for(std::chrono::milliseconds delay);
  void start_timer(std::chrono::milliseconds delay);
  void send(imap::command what);
  void enter(step next);
  void emit(effect_type what) { effects_.push_back(std::move(what)); }
  [[nodiscard]] double chance();

  settings config_;
  position position_;
  sync_plan plan_;
  std::vector<net::listed_message> early_listed_; ///< came before the IDLE ended behind which it was asked for
  std::vector<range_in_flight> ranges_;           ///< a few; the first is committed first
  std::map<std::uint32_t, suspicion> suspects_;   ///< by UID
  std::vector<effect_type> effects_;
  restart_policy failures_;
  std::optional<error> last_error_;
  std::optional<wall_time> next_try_;
  std::optional<wall_time> last_confirmed_;
  std::optional<wall_time> renew_token_at_;
  std::optional<wall_time> reconnect_at_;
  wall_time now_{};
  mono_time ticks_{};
  mono_time ready_since_{};
  mono_time idle_until_{}; ///< when the IDLE that goes on is to be renewed
  wall_time token_expires_{};
  std::minstd_rand random_;
  imap::ticket last_ticket_ = 0;
  imap::ticket idle_ticket_ = 0;
  std::uint32_t timer_epoch_ = 0;
  std::uint32_t uid_next_ = 0;
  std::uint32_t search_from_ = 0; ///< UIDs below are searched
  kinship kin_ = kinship::same;   ///< until the folder is opened
  step step_ = step::created;
  enum class move : std::uint8_t { none, permit_asked, token_asked } move_ = move::none; ///< to a new session
  bool position_known_ = false;
  bool in_step_ = false;
  bool fresh_token_ = false;  ///< the next token must be a new one
  bool refused_once_ = false; ///< this login was refused already with a fresh token
  bool credit_asked_ = false;
  bool listing_ = false;
  bool stale_ = false; ///< the folder changed since the last look
};

} // namespace postroom::mailbox
