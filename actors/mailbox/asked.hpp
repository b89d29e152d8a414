#pragma once

#include <cstdint>

namespace postroom::mailbox {

/// What a mailbox asked another actor for.
enum class asked : std::uint8_t { position, permit, token, credit, commit };

} // namespace postroom::mailbox
