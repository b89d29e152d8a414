#pragma once

#include "actors/interfaces.hpp"
#include "actors/mailbox/machine.hpp"
#include "actors/mailbox/parsed_mail.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <memory>
#include <set>

namespace postroom::mailbox {

/// Something that concerns the machine; one of an older attempt is ignored. Shared so that it is moved, not copied.
struct input {
  std::uint32_t attempt = 0;
  std::shared_ptr<event_type> what;
};
/// The stored position was read.
struct position_read {
  std::uint32_t attempt = 0;
  std::optional<position> where;
  kinship kin = kinship::same;
  revision rev;
  std::optional<error> failed;
};
/// All pieces of a large body can be read back from the store; or not, and why. Shared: jobs cannot be copied.
struct body_stored {
  std::uint32_t attempt = 0;
  std::shared_ptr<parsing::parse_job> job;
  std::optional<error> failed;
};
/// A mail came out of the parser.
struct mail_ready {
  std::uint32_t attempt = 0;
  std::shared_ptr<const parsed_mail> mail;
};
/// Which of a range's mails are known from before UIDVALIDITY changed.
struct range_compared {
  std::uint32_t attempt = 0;
  std::set<std::uint32_t> known;
  std::optional<error> failed;
};
/// An alarm rang that was set for this time.
struct timer_rang {
  mono_time at{};
};
struct ask_status {};

} // namespace postroom::mailbox

namespace postroom {

/// The MAILBOX: keeps one account in step with its server. Ends on an exit message.
using mailbox_actor = caf::typed_actor<
    // Answers where it stands.
    answers<account_status, mailbox::ask_status>,
    // INTERNAL: something the link saw, or an answer.
    accepts<mailbox::input>,
    // INTERNAL: from the store.
    accepts<mailbox::position_read>,
    // INTERNAL: from the store.
    accepts<mailbox::body_stored>,
    // INTERNAL: from the parser.
    accepts<mailbox::mail_ready>,
    // INTERNAL: from the store.
    accepts<mailbox::range_compared>,
    // INTERNAL: a timer of ours.
    accepts<mailbox::timer_rang>>;

/// Whoever wants to know where mailboxes stand: the tenant.
using mailbox_supervisor = caf::typed_actor<
    // A mailbox's state changed.
    accepts<account_status>>;

} // namespace postroom

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::position_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::body_stored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::mail_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::range_compared)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::timer_rang)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mailbox::ask_status)
