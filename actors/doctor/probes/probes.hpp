#pragma once

#include "actors/admission/arrival.hpp"
#include "actors/bridge.hpp"
#include "actors/doctor/doctor.hpp"

#include <chrono>
#include <functional>
#include <utility>

/// Each probe looks at one thing, writes what it saw into the evidence and calls finish() once. One runs at a time. For
/// this folder and the doctor only.
namespace postroom::doctor {

/// Longer than any deadline of a link or a request: whoever misses it hangs.
inline constexpr std::chrono::seconds probe_limit{75};
/// A place in the row for a connection: an impatient person waits.
inline constexpr std::chrono::seconds permit_limit{20};
/// Another actor that only thinks.
inline constexpr std::chrono::seconds answer_limit{10};

void look_for_grant(self_pointer self);
void reach_imap(self_pointer self);
void reach_smtp(self_pointer self);
void ask_clock(self_pointer self);
/// `what`: token, fresh_token or graph_token.
void ask_token(self_pointer self, probe what);
/// `what`: login, login_again, login_other or delegate_login.
void log_in(self_pointer self, probe what);
void ask_graph(self_pointer self);
/// Never sends a mail unless one was asked for.
void try_submission(self_pointer self);

/// What runs outside of the actor reports here; any thread.
class reporter {
public:
  explicit reporter(self_pointer self) : to_(doctor_self{self}), number_(self->state.number) {}
  void operator()(std::function<void(state&)> note) const { tell(to_, observed{number_, std::move(note)}); }

private:
  doctor_self to_;
  std::uint32_t number_;
};

/// The current probe is over; the next one begins after what is running now.
inline void finish(state& s) {
  s.probe_done = true;
}
inline void give_up(state& s, error why) {
  if (s.current)
    note_failure(s.seen, *s.current, std::move(why));
  finish(s);
}
/// Goes on to the next probe if the current one is over.
void go_on_if_done(self_pointer self);

/// Asks another actor within the current probe; what goes wrong is what the probe has seen.
template <class Answer, class Actor, class Question, class Then>
void ask_within(self_pointer self, const Actor& whom, std::chrono::milliseconds limit, Question question, Then then) {
  const auto number = self->state.number;
  self->request(whom, limit, std::move(question))
      .then(
          [self, number, then](const Answer& answer) {
            if (self->state.number != number)
              return;
            then(self, answer);
            go_on_if_done(self);
          },
          [self, number](const caf::error& e) {
            if (self->state.number != number)
              return;
            give_up(self->state, from_caf(e));
            go_on_if_done(self);
          });
}

inline void tell_tried(const state& s, const std::string& host, std::uint16_t port, bool arrived) {
  tell(s.world->admission, connection_tried{host, port, arrived});
}

} // namespace postroom::doctor
