#pragma once

#include "base/clock.hpp"
#include "net/smtp_dialer.hpp"

#include <cstdint>

namespace postroom::net {

/// Knows until when an SMTP link may wait. Fed with what happens and the time; reads no clock. While the owner thinks
/// there is no deadline: the server's own will end the connection, which is noticed. Not thread-safe.
class smtp_clock {
public:
  explicit smtp_clock(const smtp_deadlines& bounds) : bounds_(bounds) {}

  void login_begins(mono_time now) { began_ = now; }
  void mail_begins(mono_time now);
  /// Octets left.
  void sent(std::size_t bytes, mono_time now);
  /// We have said QUIT.
  void leaving(mono_time now) { leaving_until_ = now + bounds_.quit; }

  /// The deadline in force, for a session that waits for `what`, has heard so many replies, and has so many octets to
  /// send; to be asked before each wait.
  [[nodiscard]] mono_time deadline(smtp::waiting_for what, std::uint64_t replies, std::size_t unsent, mono_time now);
  /// What was missed, when that deadline has passed.
  [[nodiscard]] std::string_view missed(mono_time now) const;

private:
  void look_at_sending(std::size_t unsent, mono_time now);
  [[nodiscard]] mono_time sending_deadline() const;

  const smtp_deadlines bounds_;
  smtp::waiting_for what_ = smtp::waiting_for::greeting;
  std::uint64_t replies_ = 0;
  mono_time began_{}; ///< the login, or the envelope (or another stretch of such answers)
  mono_time since_{}; ///< the last sign of life that counts
  mono_time leaving_until_ = mono_time::max();
  bool sending_ = false;              ///< octets are waiting
  mono_time sending_since_{};         ///< the present stretch
  mono_time last_left_{};             ///< when octets left last in it
  mono_time::duration sending_for_{}; ///< stretches before it, of this mail
  std::uint64_t left_bytes_ = 0;      ///< of this mail
};

} // namespace postroom::net
