#pragma once

#include "actors/doctor/evidence.hpp"
#include "actors/mailbox/mailbox.hpp"
#include "actors/outbox/outbox.hpp"
#include "actors/ports.hpp"

#include "records.pb.h"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postroom {

/// The DOCTOR: looks into one account, answers once and ends. Spawned by the tenant for each question.
using doctor_actor = caf::typed_actor<
    // Answers when all steps are done, at the latest after limits::diagnosis_deadline.
    answers<diagnosis, diagnose_account>>;

namespace doctor {

/// What the tenant knows of the account; the doctor finds out the rest.
struct patient {
  records::Account account;
  std::shared_ptr<const records::Provider> provider; ///< null: it does not exist
  provider_actor tokens;                             ///< null: it does not run
  provider_status provider_state;                    ///< breaker, secret in use, grants
  account_status mailbox;                            ///< state, last error, since when it has worked
  /// False: the probes that explain a mailbox that cannot be opened were made a short time ago and are left out.
  bool ladder_allowed = true;
};

struct state;
/// Something that the probe of this number has seen: runs in the actor, not at all when it is over.
struct observed {
  std::uint32_t number = 0;
  std::function<void(state&)> note;
};
/// The probe of this number has taken too long; 0: the whole diagnosis has.
struct time_up {
  std::uint32_t number = 0;
};
using doctor_self = doctor_actor::extend<accepts<observed>, accepts<time_up>>;
using self_pointer = doctor_self::stateful_pointer<state>;

struct state {
  static inline constexpr const char* name = "postroom.doctor";

  std::shared_ptr<const patient> who;
  const ports* world = nullptr;
  facts known;
  evidence seen;
  caf::typed_response_promise<diagnosis> promise;
  mailbox::assignment reading; ///< how the mailbox actor would connect
  outbox::assignment sending;  ///< and the outbox

  std::optional<probe> current;
  std::uint32_t number = 0; ///< of the current probe; what belongs to an older one is ignored
  bool probe_done = false;  ///< set by what the current probe has seen last
  std::unique_ptr<net::imap_link> imap;
  std::unique_ptr<net::smtp_link> smtp;
  std::shared_ptr<const std::string> test_mail; ///< not handed to the link yet
  secret<> token;
  secret<> graph_token;
};

/// Spawn with `system.spawn(doctor::doctor, patient, world)`; `world` must outlive the actor system.
doctor_self::behavior_type doctor(self_pointer self, std::shared_ptr<const patient> who, const ports* world);

} // namespace doctor
} // namespace postroom

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::doctor::observed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::doctor::time_up)
