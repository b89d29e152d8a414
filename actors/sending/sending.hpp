#pragma once

#include "actors/interfaces.hpp"
#include "actors/sending/identity_limits.hpp"
#include "metrics/probes.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

namespace postroom {

/// Wants one of an identity's connections; the asker holds it until it gives it back or ends.
struct want_smtp_slot {
  std::string identity;
  sending::identity_rules rules;
};
/// Wants to send one mail to so many recipients.
struct want_allowance {
  std::string identity;
  std::uint32_t recipients = 0;
};
/// Whether the identity may be used: granted, or why not and until when.
struct sending_answer {
  std::optional<sending::refusal> refused;
  bool others_wait = false;     ///< for a connection of this identity
  sending::allowance counted{}; ///< where recipients were asked for: those who do not get the mail are to be told
};
/// Of what was counted, these did not get the mail.
struct allowance_unused {
  std::string identity;
  sending::allowance unused;
};
struct return_smtp_slot {
  std::string identity;
};
struct identity_report {
  std::string identity;
  sending::verdict verdict;
};
/// Recipients served by an earlier process, by hour. Counted once for each mailbox: it tells so each time it starts.
struct identity_served {
  std::string identity;
  std::string mailbox;
  std::map<std::int64_t, std::uint32_t> by_hour;
};
struct ask_identity {
  std::string identity;
};
/// What an identity may do now. Nothing is counted by asking.
struct identity_status {
  std::optional<sending::refusal> refused;
  std::uint64_t recipients_of_day = 0;
};
/// A sign-in or a configuration was renewed: identities that start so are forgiven.
struct identities_renewed {
  std::string prefix;
};

namespace sending {
/// A mail's turn has come.
struct turn_due {
  std::uint64_t number = 0;
};
/// An identity has rested.
struct breaker_due {
  std::string identity;
};
} // namespace sending

/// The SENDING actor: shares each authenticating identity's limits among the mailboxes that send as it, and keeps an
/// identity from being used that its server has just refused.
using sending_actor = caf::typed_actor<
    // Answers when one of the identity's connections is free, or that it must not be used now.
    answers<sending_answer, want_smtp_slot>,
    // Answers when the mail may be sent, or that it must not be for long.
    answers<sending_answer, want_allowance>, answers<identity_status, ask_identity>,
    // Takes a connection back, or recipients that were not served.
    accepts<return_smtp_slot>, accepts<allowance_unused>,
    // Hears what servers think of an identity.
    accepts<identity_report>, accepts<identity_served>, accepts<identities_renewed>,
    // INTERNAL: timers.
    accepts<sending::turn_due>, accepts<sending::breaker_due>>;

} // namespace postroom

namespace postroom::sending {

struct slot_asker {
  caf::actor_addr who;
  caf::typed_response_promise<sending_answer> promise;
};

struct identity {
  identity_limits limits;
  std::deque<slot_asker> waiting;
  std::set<std::string, std::less<>> told; ///< mailboxes whose earlier sending is counted
  bool rests = false;                      ///< as counted by the metrics
};

struct turn {
  caf::actor_addr who;
  std::string identity;
  allowance counted;
  caf::typed_response_promise<sending_answer> promise;
};

struct state {
  static inline constexpr const char* name = "postroom.sending";
  std::map<std::string, identity, std::less<>> identities;    ///< bounded by the grants that are configured
  std::map<caf::actor_addr, std::multiset<std::string>> held; ///< connections, by holder
  std::map<std::uint64_t, turn> turns;                        ///< mails that wait for theirs; one per mailbox at most
  std::minstd_rand random;
  std::uint64_t next_number = 0;
};

/// Spawn with `system.spawn(sending::sending, time, metrics)`; the pointers outlive the actor system.
sending_actor::behavior_type sending(sending_actor::stateful_pointer<state> self, const clock* time,
                                     metrics::outbox_probe* metrics);

} // namespace postroom::sending

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::want_smtp_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::want_allowance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::sending_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::return_smtp_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::allowance_unused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::identity_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::identity_served)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_identity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::identity_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::identities_renewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::sending::turn_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::sending::breaker_due)
