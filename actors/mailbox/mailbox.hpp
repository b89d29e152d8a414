#pragma once

#include "actors/mailbox/commit_builder.hpp"
#include "actors/mailbox/deadlines.hpp"
#include "actors/mailbox/interface.hpp"
#include "actors/ports.hpp"
#include "net/imap_link.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace postroom::mailbox {

/// All a mailbox is told when it starts; to change any of it the actor is replaced.
struct assignment {
  settings config;
  net::imap_target target; ///< the token is filled in at each attempt
  /// Login names to be tried when the server does not know the mailbox by the target's, in turn.
  std::vector<std::string> other_users;
  mailbox_names names;         ///< whose folder it is
  std::uint8_t first_user = 0; ///< which is tried first: 0 the target's, else one of `other_users`
  list_id list;
  grant_id grant;
  provider_actor provider;
  mailbox_supervisor supervisor; ///< hears of every change of state
};

/// Destroyed as soon as the mailbox ends. Everything that decides is in `machine`.
struct state {
  static inline constexpr const char* name = "postroom.mailbox";

  std::optional<mailbox::machine> machine;
  std::shared_ptr<const assignment> task;
  const ports* world = nullptr;
  commit_context context;
  std::unique_ptr<net::imap_link> link;
  std::map<std::uint32_t, std::shared_ptr<const parsed_mail>> parsed; ///< by UID, not yet committed
  std::vector<credit> credits;                                        ///< in the order of the ranges they are for
  std::optional<effect::commit_range> committing;
  std::shared_ptr<std::atomic<std::uint32_t>> generation; ///< where the links see it
  deadlines waiting;
  std::optional<mono_time> alarm; ///< one that is on its way
  secret<> token;
  revision cursor_revision;
  std::uint8_t user = 0;              ///< 0: the target's; else one of `other_users`
  std::uint32_t attempt = 0;          ///< counts links; what belongs to an older one is ignored
  std::optional<std::uint32_t> place; ///< in the row before the server: the attempt that last asked for it
  wall_time since{};
  mailbox_state shown = mailbox_state::waiting;
  std::uint64_t announced = 0;
  std::uint64_t quarantined = 0;
};

/// Spawn with `system.spawn(mailbox::mailbox, task, world)`. `world` outlives the actor system.
mailbox_actor::behavior_type mailbox(mailbox_actor::stateful_pointer<state> self,
                                     std::shared_ptr<const assignment> task, const ports* world);

} // namespace postroom::mailbox
