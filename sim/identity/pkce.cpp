#include "sim/identity/pkce.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace postroom::sim {

pkce_state check_pkce(const authorization& from, std::string_view verifier) {
  constexpr std::size_t verifier_max = 128; // RFC 7636 §4.1
  if (from.code_challenge.empty())
    return verifier.empty() ? pkce_state::good : pkce_state::mismatch;
  if (verifier.empty())
    return pkce_state::missing;
  if (verifier.size() > verifier_max)
    return pkce_state::mismatch;
  const auto made =
      from.code_challenge_method == "S256" ? base64url_encode(as_view(sha256(verifier))) : std::string{verifier};
  return constant_time_equal(made, from.code_challenge) ? pkce_state::good : pkce_state::mismatch;
}

} // namespace postroom::sim
