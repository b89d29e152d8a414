#pragma once

#include "actors/interfaces.hpp"
#include "actors/outbox/machine.hpp"
#include "actors/sending/identity_limits.hpp"

#include "records.pb.h"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postroom::outbox {

/// Something that concerns the machine; one of an older connection is ignored. Shared so that it is moved, not copied.
struct input {
  std::uint32_t attempt = 0;
  std::shared_ptr<event_type> what;
};
/// The queue was read at the start.
struct queue_read {
  std::shared_ptr<records::Outbox> counts; ///< null: there was none
  revision rev;
  std::shared_ptr<records::OutboxMail> in_flight;
  std::optional<error> failed;
};
/// Waiting mails were read.
struct page_read {
  std::shared_ptr<std::vector<records::OutboxMail>> mails;
  bool last = false;
  std::uint64_t asked_at = 0;
  std::optional<error> failed;
  revision seen; ///< of the counters in the same snapshot
};
/// The next piece of the body at hand.
struct chunk_read {
  std::uint32_t attempt = 0;
  std::shared_ptr<std::string> octets;
  std::optional<error> failed;
};
/// A mail that somebody wants to change; its record as stored.
struct mail_read {
  std::shared_ptr<records::OutboxMail> mail; ///< null: there is none
  std::optional<error> failed;
  revision seen; ///< of the counters in the same snapshot
};
/// What is known of an idempotency key.
struct key_read {
  std::shared_ptr<records::IdempotentAnswer> known; ///< null: it is new
  std::shared_ptr<records::OutboxMail> mail;
  std::optional<error> failed;
};
struct timer_rang {
  std::uint32_t epoch = 0;
};
/// Looks whether there has been anything to do lately.
struct idle_tick {};
/// The tenant agrees that it ends: nobody has asked for anything that it has not seen.
struct retire {};
/// Configuration or sign-in changed.
struct try_again {};
/// Another outbox waits for the connection that this one holds.
struct slot_wanted {};

} // namespace postroom::outbox

namespace postroom {

/// The OUTBOX of one account: its one writer, and the hand that sends its mails. Lives while there is something to do.
using outbox_actor = caf::typed_actor<
    // Answers when the mail is stored.
    answers<mail_answer, submit_mail>,
    // Answers when the change is stored.
    answers<mail_answer, change_mail>,
    // From the tenant.
    accepts<outbox::retire>, accepts<outbox::try_again>,
    // From those who share out the identity's connections.
    accepts<outbox::slot_wanted>,
    // INTERNAL: from the connection.
    accepts<outbox::input>,
    // INTERNAL: from the store.
    accepts<outbox::queue_read>, accepts<outbox::page_read>, accepts<outbox::chunk_read>, accepts<outbox::mail_read>,
    accepts<outbox::key_read>,
    // INTERNAL: timers.
    accepts<outbox::timer_rang>, accepts<outbox::idle_tick>>;

namespace outbox {
/// An outbox has nothing to do; it has seen so many requests.
struct may_retire {
  account_id account;
  std::uint64_t requests = 0;
};
} // namespace outbox

/// Who decides whether an outbox may end.
using outbox_supervisor = caf::typed_actor<accepts<outbox::may_retire>>;

} // namespace postroom

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::queue_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::page_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::chunk_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::mail_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::key_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::timer_rang)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::idle_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::try_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::slot_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::outbox::may_retire)
