#pragma once

#include "base/clock.hpp"
#include "protocol/oauth2/failure.hpp"

#include "records.pb.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace postroom::provider {

/// What an application proves itself with. During a change two of a kind are held, and both may be valid.
enum class credential : std::uint8_t { none, secret, previous_secret, certificate, previous_certificate };
/// `none`, `current`, `previous`, `certificate`, `previous_certificate`.
[[nodiscard]] std::string_view to_string(credential c) noexcept;

/// Which of a provider's credentials to use: the one that worked last, else the newest; when the platform refuses one
/// for itself (not the grant), the next that has not expired. A newer one that was refused is tried again every hour: a
/// new secret needs some minutes until the platform knows it everywhere. When none is left, it begins anew with the
/// newest, whatever its date of expiry: people mistype dates, and the platform decides. Plain data. Owned by the
/// provider actor.
class credential_choice {
public:
  explicit credential_choice(const records::Provider& of);

  /// What to use now; `none` for a public client.
  [[nodiscard]] credential pick(wall_time now) const;
  /// Whether the refusal speaks against the credential and another one is left to be tried at once.
  [[nodiscard]] bool refused(credential used, const oauth2::token_failure& why, wall_time now);
  /// Whether the previous one of this kind has had its day: the current one works, and the previous one has expired or
  /// was refused. The caller then removes it from the record.
  [[nodiscard]] bool worked(credential used, wall_time now);
  /// The one that worked last; `none` when none has yet.
  [[nodiscard]] credential in_use() const noexcept { return in_use_; }

private:
  struct held {
    credential which = credential::none;
    wall_time expires = wall_time::max();
    std::optional<wall_time> refused;
  };
  [[nodiscard]] const held* find_usable(wall_time now) const;
  [[nodiscard]] held* find(credential which);

  std::vector<held> held_; ///< newest first, certificates before secrets
  credential in_use_ = credential::none;
};

} // namespace postroom::provider
