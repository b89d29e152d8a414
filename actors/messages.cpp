#include "actors/messages.hpp"

#include <array>

namespace postroom {

std::string_view to_string(mailbox_state s) noexcept {
  constexpr std::array<std::string_view, 8> names{"inactive",  "waiting",     "connecting", "authenticating",
                                                  "selecting", "catching_up", "idle",       "degraded"};
  return names[static_cast<std::size_t>(s)];
}

std::string_view to_string(mail_action a) noexcept {
  constexpr std::string_view names[] = {"cancel", "hold", "release", "requeue"};
  return names[static_cast<std::size_t>(a)];
}

std::string_view to_string(token_resource r) noexcept {
  return r == token_resource::graph ? "graph" : "mail";
}

std::string_view to_string(diagnosis_step::verdict v) noexcept {
  constexpr std::string_view names[] = {"good", "note", "bad", "skipped"};
  return names[static_cast<std::size_t>(v)];
}

} // namespace postroom
