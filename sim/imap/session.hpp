#pragma once

#include "base/clock.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/imap/fetch.hpp"
#include "sim/imap/text.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/stand_in.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// What all sessions share.
struct imap_services {
  directory& mail;
  const access_tokens& tokens;
  const clock& time;
  stand_in_stats& stats;
};

/// Where a session's answers go.
class answer_sink {
public:
  virtual ~answer_sink() = default;
  virtual void text(std::string_view bytes) = 0;
  virtual void body(const mail_slice& slice) = 0;
  /// Nothing follows; the connection ends once all is sent.
  virtual void finish() = 0;
};

/// The server's side of one IMAP connection, with the manners of Exchange Online: its greeting, its capabilities, its
/// words of refusal, and the end of the session when the access token expires. Does no I/O; fed with bytes and ticks.
/// Not thread-safe.
class imap_session final : private folder_watcher {
public:
  imap_session(const imap_services& services, answer_sink& sink);
  imap_session(const imap_session&) = delete;
  imap_session& operator=(const imap_session&) = delete;
  ~imap_session() override;

  void greet();
  void receive(std::string_view bytes);
  /// Now and then, at least every few seconds: ends what has expired.
  void tick();
  [[nodiscard]] bool idling() const noexcept { return expected_ == expected::idle_end; }

private:
  enum class phase : std::uint8_t { not_authenticated, authenticated, not_connected, ended };
  enum class expected : std::uint8_t { command, sasl_response, idle_end };
  using handler = void (imap_session::*)(argument_reader&);
  struct command_entry;
  /// A sequence number, counted from 1, and the UID behind it.
  struct numbered_uid {
    std::uint32_t sequence = 0;
    std::uint32_t uid = 0;
  };

  void on_added() override;
  void on_expunged() override;
  void on_flags(std::uint32_t uid) override;
  void on_renumbered() override;

  [[nodiscard]] static const command_entry* find_command(std::string_view name);
  void on_command(std::string_view line);
  void run(const command_entry& entry, argument_reader& arguments);
  void ok(std::string_view text);
  void no(std::string_view text);
  void bad(std::string_view text);
  void bad_argument() { bad("Command Argument Error. 11"); }
  void end(std::string_view bye);

  void do_capability(argument_reader& arguments);
  void do_noop(argument_reader& arguments);
  void do_logout(argument_reader& arguments);
  void do_id(argument_reader& arguments);
  void do_authenticate(argument_reader& arguments);
  void do_login(argument_reader& arguments);
  void do_namespace(argument_reader& arguments);
  void do_list(argument_reader& arguments);
  void do_select(argument_reader& arguments);
  void do_status(argument_reader& arguments);
  void do_append(argument_reader& arguments);
  void do_unselect(argument_reader& arguments);
  void do_expunge(argument_reader& arguments);
  void do_fetch(argument_reader& arguments);
  void do_search(argument_reader& arguments);
  void do_store(argument_reader& arguments);
  void do_copy(argument_reader& arguments);
  void do_idle(argument_reader& arguments);

  void finish_xoauth2(std::string_view response);
  void refuse_login();
  void open(folder& chosen);
  void close_folder();
  void announce_added();
  void announce_expunged();
  void announce_flags();
  void send_flags(const numbered_uid& message);
  void send_items(const numbered_uid& message, const std::vector<fetch_item>& items);
  [[nodiscard]] std::vector<numbered_uid> chosen(const number_set& set) const;

  const imap_services& services_;
  answer_sink& sink_;
  command_cutter input_;
  std::string tag_;
  std::string command_; ///< in upper case, without UID
  std::string user_;    ///< who signed in: the mailbox asked for
  mailbox* mailbox_ = nullptr;
  folder* folder_ = nullptr;
  std::vector<std::uint32_t> view_;          ///< UIDs in the order of the sequence numbers the client knows
  std::vector<std::uint32_t> changed_flags_; ///< not told yet
  mono_time last_command_;
  mono_time expires_{};
  phase phase_ = phase::not_authenticated;
  expected expected_ = expected::command;
  bool by_uid_ = false;
  bool read_only_ = false;
};

} // namespace postroom::sim
