#pragma once

#include "actors/tenant/tenant.hpp"

/// A tenant's outboxes: started when there is something to send or somebody asks, ended when there is nothing left.
namespace postroom::tenant {

using self_pointer = tenant_actor::stateful_pointer<state>;

/// Counts what waits in the stored outboxes, and starts those that have work.
void adopt_outboxes(self_pointer self, const std::map<std::string, records::Outbox, std::less<>>& stored);
/// The outbox that answers questions about an account's mails; an error when there can be none.
[[nodiscard]] result<outbox_actor> outbox_for(self_pointer self, const account_id& account);
/// The account's configuration changed: what runs is ended and started anew.
void replace_outbox(self_pointer self, const std::string& account);
/// The account is gone.
void end_outbox(self_pointer self, const std::string& account);
void end_outboxes(self_pointer self);
/// Somebody signed in: what waits for that tries at once.
void retry_outboxes(self_pointer self);

void on_may_retire(self_pointer self, const outbox::may_retire& wish);
/// Whether the one that is gone was an outbox.
[[nodiscard]] bool on_outbox_down(self_pointer self, const caf::down_msg& down);
void on_outbox_restart(self_pointer self, const outbox_restart_due& due);

} // namespace postroom::tenant
