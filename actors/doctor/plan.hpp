#pragma once

#include "actors/doctor/evidence.hpp"

#include <optional>

namespace postroom::doctor {

/// What to look at next, given what is known; nothing: all has been seen that can be. Network before login, login
/// before the mailbox; the probes that burden servers only when the mailbox could not be opened. Never answers a probe
/// that has evidence already, so it ends. Pure.
[[nodiscard]] std::optional<probe> next_probe(const facts& f, const evidence& e);

/// Whether the mailbox was refused in a way that the further probes can explain: the token or the mailbox, not a limit
/// or a broken connection.
[[nodiscard]] bool wants_ladder(const facts& f, const seen_login& refused);

} // namespace postroom::doctor
