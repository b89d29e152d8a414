#pragma once

#include "base/result.hpp"
#include "protocol/imap/command_encoder.hpp"
#include "protocol/imap/send_buffer.hpp"

#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::imap {

enum class idle_state : std::uint8_t {
  none,      ///< no IDLE was sent
  requested, ///< sent, no `+` yet
  idling,    ///< accepted
  leaving,   ///< DONE was sent
};

/// What a `+` meant.
enum class plus_meaning : std::uint8_t { literal, idle, superfluous };

/// A command whose tagged answer came.
struct finished_command {
  ticket id = 0;
  bool logout = false;
  bool complete = false; ///< all of it had been sent
};

/// The commands of a session that are waiting or in flight, and the rules of what may be sent when (RFC 9051 §5.5):
/// commands are pipelined, except that IDLE, LOGOUT, SELECT, EXAMINE and UNSELECT go alone – untagged data must belong
/// to one folder beyond doubt, and a command behind a SELECT that fails would hit the wrong one – and that nothing is
/// sent inside a command that waits for `+`. DONE ends an IDLE's being alone: what follows need not wait for its
/// answer. Not thread-safe.
class command_queue {
public:
  /// Encodes and queues. Errors as of encode_command, and errc::busy beyond limits::imap_commands_open_max.
  [[nodiscard]] result<ticket> add(command what, literal_support literals);
  /// Appends to `out` what may be sent now; true if a command was begun.
  bool flush(send_buffer& out);
  /// Takes a `+`; for a literal what comes next is appended to `out`.
  [[nodiscard]] plus_meaning on_plus(send_buffer& out);
  /// Takes the tag of a tagged answer; nothing if no such command was sent.
  [[nodiscard]] std::optional<finished_command> finish(std::string_view tag);
  /// Ends the IDLE in flight, or, before its `+` came, remembers to.
  void want_done();
  /// Appends DONE when it is wanted and possible.
  bool flush_done(send_buffer& out);

  [[nodiscard]] idle_state idle() const { return idle_; }
  [[nodiscard]] bool logging_out() const;
  [[nodiscard]] bool in_flight() const { return !entries_.empty() && entries_.front().next != 0; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t buffered_bytes() const;
  void clear();

private:
  enum class kind : std::uint8_t { plain, alone, idle, logout };
  struct entry {
    ticket id = 0;
    kind what = kind::plain;
    bool done_wanted = false;
    std::size_t next = 0; ///< the part to be sent next; 0: nothing was sent
    std::vector<encoded_command::part> parts;
    [[nodiscard]] bool waits_for_plus() const { return next != 0 && next < parts.size(); }
  };

  static kind kind_of(const command& what);
  static void send_next(entry& e, send_buffer& out);

  std::list<entry> entries_; ///< a list, since it costs nothing while empty
  ticket last_ = 0;
  idle_state idle_ = idle_state::none;
};

} // namespace postroom::imap
