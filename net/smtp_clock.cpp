#include "net/smtp_clock.hpp"

#include <algorithm>
#include <utility>

namespace postroom::net {
using smtp::waiting_for;

void smtp_clock::mail_begins(mono_time now) {
  began_ = sending_since_ = now; // what is left of the mail before may still be leaving
  sending_for_ = {};
  left_bytes_ = 0;
}

void smtp_clock::sent(std::size_t bytes, mono_time now) {
  left_bytes_ += bytes;
  last_left_ = since_ = now;
}

/// Commands are short and never wait for long; what does is the mail, and its time ends when the last octet left.
void smtp_clock::look_at_sending(std::size_t unsent, mono_time now) {
  if (unsent != 0 && !std::exchange(sending_, true)) {
    sending_since_ = last_left_ = now;
  } else if (unsent == 0 && std::exchange(sending_, false)) {
    sending_for_ += now - sending_since_;
  }
}

mono_time smtp_clock::sending_deadline() const {
  const auto allowed = bounds_.body + std::chrono::seconds{left_bytes_ / limits::smtp_pace_bytes_per_s_min};
  return std::min<mono_time>(last_left_ + bounds_.block, sending_since_ + allowed - sending_for_);
}

mono_time smtp_clock::deadline(waiting_for what, std::uint64_t replies, std::size_t unsent, mono_time now) {
  look_at_sending(unsent, now);
  const auto before = std::exchange(what_, what);
  const auto heard_before = std::exchange(replies_, replies);
  if (what != before || replies != heard_before)
    since_ = now;
  if (what == waiting_for::envelope && before != waiting_for::envelope)
    began_ = now;
  auto until = leaving_until_;
  if (sending_ && what != waiting_for::greeting && what != waiting_for::login)
    return std::min(until, sending_deadline());
  switch (what) {
  case waiting_for::greeting:
  case waiting_for::login:
    return std::min<mono_time>(until, began_ + bounds_.login);
  case waiting_for::envelope:
    return std::min<mono_time>({until, since_ + bounds_.envelope, began_ + bounds_.envelope_whole});
  case waiting_for::data:
    return std::min<mono_time>(until, since_ + bounds_.data);
  case waiting_for::verdict:
    return std::min<mono_time>(until, since_ + bounds_.verdict);
  case waiting_for::nothing:
    break;
  }
  return until;
}

std::string_view smtp_clock::missed(mono_time now) const {
  if (now >= leaving_until_)
    return "did not answer QUIT in time";
  switch (what_) {
  case waiting_for::greeting:
    return "sent no greeting in time";
  case waiting_for::login:
    return "did not finish the login in time";
  default:
    break;
  }
  if (sending_)
    return "takes the mail too slowly";
  switch (what_) {
  case waiting_for::data:
    return "did not answer DATA in time";
  case waiting_for::verdict:
    return "did not say in time whether it took the mail";
  default:
    return "did not answer the envelope in time";
  }
}

} // namespace postroom::net
