#pragma once

#include "actors/outbox/interface.hpp"
#include "actors/outbox/queue.hpp"
#include "actors/ports.hpp"
#include "actors/sending/identity_limits.hpp"
#include "net/imap_link.hpp"
#include "net/smtp_link.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace postroom::outbox {

/// All an outbox is told when it starts; to change any of it the actor is replaced.
struct assignment {
  tenant_id tenant;
  account_id account;
  bool sends = true; ///< false: switched off; mails are taken in and wait
  settings config;
  net::smtp_target target;               ///< user and token are filled in at each attempt
  net::imap_target sent_target;          ///< where copies are looked for; likewise
  std::string shared_user;               ///< opens the shared mailbox there
  bool authenticates_as_delegate = true; ///< else as `shared_user`
  sending::identity_rules rules;
  grant_id grant;
  std::string provider_name;
  provider_actor provider;
  outbox_supervisor supervisor;
};

struct submission {
  submit_mail wish;
  caf::typed_response_promise<mail_answer> promise;
};
struct change {
  change_mail wish;
  caf::typed_response_promise<mail_answer> promise;
};

/// Destroyed as soon as the outbox ends. What decides is in `machine`, `queue` and attempt.hpp.
struct state {
  static inline constexpr const char* name = "postroom.outbox";

  std::shared_ptr<const assignment> task;
  const ports* world = nullptr;
  std::optional<outbox::machine> machine;
  std::optional<outbox::queue> queue; ///< once it is read
  std::minstd_rand random;

  // -- requests
  std::deque<std::variant<submission, change>> early; ///< before the queue was read
  std::deque<change> changes;                         ///< the first is being worked on
  std::deque<submission> keyed;                       ///< with an Idempotency-Key; likewise
  std::map<std::uint64_t, caf::typed_response_promise<mail_answer>> committing;
  std::uint64_t requests = 0; ///< seen so far
  std::uint64_t next_number = 0;

  // -- the mail at hand
  waiting_mail current;
  std::uint32_t next_chunk = 0;
  std::unique_ptr<net::smtp_link> link;
  std::string_view link_shown; ///< how the metrics count the connection; a literal
  std::shared_ptr<net::imap_link> search;
  std::vector<std::string> search_users; ///< whose Sent is still to be looked at
  std::string search_failed;             ///< why one of them could not be looked at
  std::string identity;                  ///< whose limits count; empty: not known yet
  std::string user;                      ///< who logs in
  secret<> token;
  std::uint32_t attempt = 0; ///< counts connections; what belongs to an older one is ignored
  bool reading = false;      ///< a page is under way
  bool others_wait = false;  ///< for the connection that is held
  bool stopping = false;
  bool ended = false; ///< the machine; the actor follows when nobody waits for an answer
  mono_time last_work{};
};

/// Spawn with `system.spawn(outbox::outbox, task, world)`. `world` outlives the actor system.
outbox_actor::behavior_type outbox(outbox_actor::stateful_pointer<state> self, std::shared_ptr<const assignment> task,
                                   const ports* world);

} // namespace postroom::outbox
