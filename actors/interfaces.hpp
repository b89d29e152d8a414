#pragma once

#include "actors/caf_compat.hpp"
#include "actors/messages.hpp"

/// The map of the actor system: who exists and what can be said to whom. Every actor is typed; a message that is not
/// listed here cannot be sent. Actors that live inside one folder only (a mailbox's INTERNAL messages) are completed
/// in that folder.
namespace postroom {

/// The GATEWAY: the root. Reads the stored configuration and runs one tenant actor for each tenant. What is asked of a
/// tenant, or a provider, that has failed and waits for its restart is answered `busy`.
using gateway_actor = caf::typed_actor<
    // Answers when the change is on its way to those whom it concerns.
    answers<ack, config_changed>,
    // Answers where one account stands; not_found when it is not running.
    answers<account_status, ask_account>,
    // Answers where all accounts of a tenant (or all) stand.
    answers<account_statuses, ask_accounts>,
    // Answers the counts behind /readyz.
    answers<overview, ask_overview>,
    // Answers when the mail is stored for sending (invariant 5); not_found when the account does not run.
    answers<mail_answer, submit_mail>,
    // Answers when the change of a mail in the outbox is stored.
    answers<mail_answer, change_mail>,
    // These go to a provider; not_found when it does not run.
    answers<sign_in_plan, plan_sign_in>, answers<signed_in, redeem_code>, answers<device_sign_in, begin_device_sign_in>,
    answers<device_sign_in, ask_device_sign_in>, answers<grant_revoked, revoke_grant>,
    answers<provider_status, ask_provider>,
    // Answers when all has been looked at; busy when the account is being looked at already.
    answers<diagnosis, diagnose_account>>;

/// The EVENTS actor: knows how far each tenant's log reaches and wakes those who wait for more.
using events_actor = caf::typed_actor<
    // Answers when the log reaches past `after`, or with what it is at the limit.
    answers<log_position, wait_for_events>,
    // INTERNAL: the archive has committed events.
    accepts<log_grew>>;

/// The ARCHIVE: brings batches to the store and their outcome back; resolves unknown outcomes.
using archive_actor = caf::typed_actor<
    // Answers the commit's definite outcome: never `unknown`.
    answers<commit_answer, commit_request>>;

/// The ADMISSION actor: hands out byte credits and connection permits.
using admission_actor = caf::typed_actor<
    // Answers when the bytes are free, or that they did not become so in time. Above a quarter of the pool: through the
    // large-mail lane, one at a time. The asker holds the credit until it gives it back or ends.
    answers<credit, want_credit>,
    // Takes credits back; a second time nothing happens.
    accepts<return_credit>,
    // Answers when a connection to the server may be opened.
    answers<ack, want_connection>,
    // Learns whether one came about.
    accepts<connection_tried>>;

/// The PROVIDER: token service of one app registration; one refresh in flight per grant.
using provider_actor = caf::typed_actor<
    // Answers a token with at least two minutes to live, or why there is none.
    answers<access_token, want_access_token>,
    // Reads its configuration or a grant again.
    answers<ack, config_changed>,
    // Answers what a browser needs in order to sign in.
    answers<sign_in_plan, plan_sign_in>,
    // Answers when the code was redeemed, who signed in was checked, and the grant is stored.
    answers<signed_in, redeem_code>,
    // Answers what to tell the person, and later what became of it.
    answers<device_sign_in, begin_device_sign_in>, answers<device_sign_in, ask_device_sign_in>,
    // Answers when the grant is given up.
    answers<grant_revoked, revoke_grant>,
    // Answers how it and its grants stand; without the accounts.
    answers<provider_status, ask_provider>>;

} // namespace postroom

// None of these ever leaves the process; CAF is told that they have no serialiser.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ack)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::config_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::account_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_accounts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::account_statuses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_overview)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::overview)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::wait_for_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::log_position)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::log_grew)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::commit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::commit_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::want_access_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::access_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::want_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::return_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::want_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::connection_tried)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::submit_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::change_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::mail_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::plan_sign_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::sign_in_plan)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::redeem_code)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::signed_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::begin_device_sign_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_device_sign_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::device_sign_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::revoke_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::grant_revoked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::ask_provider)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::diagnose_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::diagnosis)
