#pragma once

#include "sim/imap/face.hpp"
#include "sim/imap/flag_list.hpp"
#include "sim/imap/folder_view.hpp"
#include "sim/imap/login_check.hpp"
#include "sim/imap/select_request.hpp"
#include "sim/imap/services.hpp"
#include "sim/imap/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// The server's side of one IMAP connection (RFC 3501), with the manners of one face: its greeting and capabilities,
/// its words of refusal, what it counts and when it ends. Asks the fault desk what goes wrong for its mailbox. Does no
/// I/O; fed with bytes and ticks. Not thread-safe.
class imap_session final : private folder_watcher {
public:
  imap_session(imap_services& services, answer_sink& sink);
  imap_session(const imap_session&) = delete;
  imap_session& operator=(const imap_session&) = delete;
  ~imap_session() override;

  void greet();
  void receive(std::string_view bytes);
  /// Now and then, at least every few seconds: ends what has expired. Costs next to nothing otherwise.
  void tick();
  /// As if the access token had expired now.
  void expire();
  [[nodiscard]] bool idling() const noexcept { return expected_ == expected::idle_end; }
  /// Who signed in: the mailbox asked for. Empty before.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  /// How many octets a second the answers are to be sent with; 0: at once.
  [[nodiscard]] std::size_t octets_per_s() const;

private:
  enum class phase : std::uint8_t { not_authenticated, authenticated, not_connected, ended };
  enum class expected : std::uint8_t { command, sasl_response, refusal_heard, idle_end };
  enum class mechanism : std::uint8_t { none, plain, xoauth2, oauthbearer };
  using handler = void (imap_session::*)(argument_reader&);
  struct command_entry;
  /// A sequence number, counted from 1, and the UID behind it.
  struct numbered_uid {
    std::uint32_t sequence = 0;
    std::uint32_t uid = 0;
  };

  void on_added() override;
  void on_expunged(std::uint32_t uid) override;
  void on_flags(std::uint32_t uid) override;
  void on_renumbered() override;
  void on_removed() override;

  [[nodiscard]] static const command_entry* find_command(std::string_view name);
  void on_command(std::string_view line);
  void run(const command_entry& entry, argument_reader& arguments);
  /// By a fault that takes the place of the command's answer, and gives it.
  [[nodiscard]] bool is_struck();
  [[nodiscard]] bool is_mute();
  [[nodiscard]] const fault* struck(fault_kind kind) const;
  void touch();

  void say(std::string_view line);
  /// Tells what has changed, then that the command is done. `code`: without brackets; empty: none.
  void ok(std::string_view code = {});
  void refuse(std::string_view text);
  void refuse(imap_reply reply) { refuse(reply_text(services_.face, reply)); }
  void end(imap_reply bye);
  void cut();

  void do_capability(argument_reader& arguments);
  void do_noop(argument_reader& arguments);
  void do_logout(argument_reader& arguments);
  void do_id(argument_reader& arguments);
  void do_authenticate(argument_reader& arguments);
  void do_login(argument_reader& arguments);
  void do_enable(argument_reader& arguments);
  void do_namespace(argument_reader& arguments);
  void do_list(argument_reader& arguments);
  void do_select(argument_reader& arguments);
  void do_status(argument_reader& arguments);
  void do_create(argument_reader& arguments);
  void do_delete(argument_reader& arguments);
  void do_rename(argument_reader& arguments);
  void do_subscribe(argument_reader& arguments);
  void do_append(argument_reader& arguments);
  void do_unselect(argument_reader& arguments);
  void do_expunge(argument_reader& arguments);
  void do_fetch(argument_reader& arguments);
  void do_search(argument_reader& arguments);
  void do_store(argument_reader& arguments);
  void do_copy(argument_reader& arguments);
  void do_idle(argument_reader& arguments);
  void do_compress(argument_reader& arguments);

  void on_sasl_response(std::string_view response);
  void settle_login(const std::string& user, const login_decision& decision, bool by_token);
  void refuse_login(std::string_view text, bool by_token);
  void sign_in(const std::string& user, const login_decision& decision);

  void finish_change(const result<void>& outcome);
  [[nodiscard]] std::string status_line(const folder& of, std::string_view wanted);
  void open(folder& chosen);
  void close_folder();
  void tell_selected();
  void tell_changes_since(const resync_point& known);
  void tell_vanished_earlier(std::uint64_t mod_seq, const std::optional<number_set>& among);
  [[nodiscard]] std::string flag_names() const;

  void announce();
  void announce_added();
  void announce_expunged();
  void announce_flags();
  void enable_condstore() { condstore_ = talents_of(services_.face).condstore; }
  void send_flags(const numbered_uid& message);
  void send_mod_seq(const numbered_uid& message);
  void send_items(const numbered_uid& message, const std::vector<fetch_item>& items);
  [[nodiscard]] std::string item_text(const mail& of, const fetch_item& item, fetched_mail& fetched) const;
  [[nodiscard]] bool send_octets(const mail_slice& slice);
  [[nodiscard]] std::vector<numbered_uid> chosen(const number_set& set) const;
  /// Whether there are such sequence numbers, where that matters.
  [[nodiscard]] bool fits(const number_set& set) const;
  void store_labels(const number_set& set, std::string_view verb, bool silent, std::string_view list);
  void expunge_deleted(const std::optional<number_set>& among);
  [[nodiscard]] bool is_full(const folder& into, std::size_t octets);
  void report_search(const std::vector<std::uint32_t>& found, std::uint64_t mod_seq,
                     const std::optional<std::string>& wanted);

  mono_time deadline_; ///< nothing ends or is said by itself before
  imap_services& services_;
  answer_sink& sink_;
  command_cutter input_;
  std::string tag_;
  std::string command_; ///< in upper case, without UID
  std::string user_;
  std::string refusal_; ///< waits for the client's answer to the challenge
  mailbox* mailbox_ = nullptr;
  folder* folder_ = nullptr;
  folder_view view_;
  std::vector<std::uint32_t> changed_flags_; ///< not told yet
  mono_time expires_ = mono_time::max();
  std::uint16_t errors_ = 0;    ///< without a command that was understood between
  std::uint16_t throttled_ = 0; ///< commands
  phase phase_ = phase::not_authenticated;
  expected expected_ = expected::command;
  mechanism mechanism_ = mechanism::none;
  bool by_uid_ = false;
  bool read_only_ = false;
  bool counted_ = false; ///< among the mailbox's connections
  bool muted_ = false;   ///< stalled: whatever comes is dropped
  bool condstore_ = false;
  bool qresync_ = false;
};

} // namespace postroom::sim
