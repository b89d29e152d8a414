#pragma once

#include "actors/outbox/outbox.hpp"

/// What the files of this folder's actor share.
namespace postroom::outbox {

using self_pointer = outbox_actor::stateful_pointer<state>;

/// Commits and goes on with `done`. When the commit fails the outbox ends: all that it believes is void, and it is
/// started anew from what is stored.
void send_commit(self_pointer self, storage::batch batch, std::function<void(self_pointer)> done);
/// Ends the outbox with `why`; whoever waits hears it.
void give_up(self_pointer self, const error& why);

/// Quits once the machine has ended and every request is answered.
void quit_if_done(self_pointer self);

/// Tells the machine what happened and does what it wants.
void feed(self_pointer self, event_type what);
void carry_out(self_pointer self, std::vector<effect_type> effects);
/// A page of waiting mails, from a snapshot.
[[nodiscard]] page_read read_page(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                                  std::uint64_t from, std::uint64_t asked_at);
/// Whether another mailbox's Sent is looked at before `seen` is the whole truth; makes it the whole truth otherwise.
[[nodiscard]] bool search_goes_on(self_pointer self, event::searched& seen);
/// Offers the machine the next mail when it waits for one, reading more of the queue where needed.
void go_on(self_pointer self);

void take_in(self_pointer self, submission what);
void take_in(self_pointer self, change what);
/// Asks the store for the first of those with an Idempotency-Key.
void read_key(self_pointer self);
void on_key_read(self_pointer self, const key_read& read);
void on_mail_read(self_pointer self, const mail_read& read);

/// Counts the connection as connecting, ready or sending; empty: there is none.
void show_link(self_pointer self, std::string_view as);
/// Counts a stored change of state.
void count_moved(self_pointer self, const records::OutboxMail* before, const records::OutboxMail& after);

} // namespace postroom::outbox
