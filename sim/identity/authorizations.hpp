#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "sim/identity/registry.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postroom::sim {

/// What somebody who signed in has agreed to.
struct authorization {
  std::string tenant_id;
  std::string client_id;
  std::string upn;
  std::string redirect_uri;        ///< as asked for
  bool spa = false;                ///< refresh tokens of a single-page application live 24 h, whatever happens
  std::vector<std::string> scopes; ///< as asked for and consented to, of any resources
  std::string nonce;
  std::string code_challenge;
  std::string code_challenge_method; ///< `S256`, `plain`, or empty: no PKCE
  wall_time signed_in{};
};

enum class device_state : std::uint8_t { pending, approved, declined };
/// A device that waits for its user.
struct device_request {
  std::string device_code;
  std::string user_code;
  std::string client_id;
  std::string tenant; ///< as asked for: an id, a domain, `organizations` or `common`
  std::vector<std::string> scopes;
  wall_time expires{};
  device_state state = device_state::pending;
  authorization granted; ///< when approved
  wall_time last_poll{};
};

struct refresh_token_state {
  authorization from;
  wall_time issued{};
  wall_time last_used{};
  bool revoked = false;
};

/// Codes, device codes and refresh tokens that are out. All are bounded and expire: codes after 10 minutes (once only),
/// device codes after 15, refresh tokens when unused for 90 days. Beyond the bounds the oldest are forgotten. Pointers
/// stay good until the next issue_… or start_device(). Not thread-safe.
class authorizations {
public:
  static constexpr std::chrono::minutes code_life{10};
  static constexpr std::chrono::minutes device_code_life{15};
  static constexpr std::chrono::hours refresh_idle_max{24 * 90};
  static constexpr std::chrono::hours spa_refresh_life{24};
  static constexpr std::size_t codes_max = 10'000;
  static constexpr std::size_t devices_max = 1000;
  /// Of one user at one application: each refresh leaves an old one behind.
  static constexpr std::size_t refresh_tokens_each_max = 32;
  static constexpr std::size_t refresh_tokens_max = 500'000;

  explicit authorizations(const clock& time) : time_(time) {}
  authorizations(const authorizations&) = delete; // indexes point into the lists
  authorizations& operator=(const authorizations&) = delete;

  [[nodiscard]] std::string issue_code(authorization what);
  enum class code_state : std::uint8_t { good, unknown, expired, used };
  /// What a code stands for, without taking it off, whatever its state. Null when unknown.
  [[nodiscard]] const authorization* find_code(std::string_view code) const;
  /// Takes a code off; the second time it is `used`.
  [[nodiscard]] code_state redeem_code(std::string_view code, authorization& what);

  [[nodiscard]] device_request& start_device(std::string client_id, std::string tenant,
                                             std::vector<std::string> scopes);
  /// Null when unknown. What has expired is still found for a while: its state is the caller's to tell.
  [[nodiscard]] device_request* find_device(std::string_view device_code);
  /// Any case, with or without the dash.
  [[nodiscard]] device_request* find_device_by_user_code(std::string_view user_code);
  void forget_device(std::string_view device_code);

  [[nodiscard]] secret<> issue_refresh_token(const authorization& from);
  /// Null when unknown. Neither revoked nor idle ones are left out: that is the caller's to tell.
  [[nodiscard]] refresh_token_state* find_refresh_token(std::string_view token);
  /// All of a user's, or (with a client id) those of one application.
  void revoke(std::string_view upn, std::string_view client_id = {});
  [[nodiscard]] std::size_t refresh_tokens() const;

private:
  struct issued_code {
    std::string code;
    authorization what;
    wall_time issued{};
    bool used = false;
  };
  struct issued_refresh_token {
    std::string token;
    refresh_token_state state;
  };
  using refresh_token_list = std::list<issued_refresh_token>;
  /// One user's, oldest first.
  using owned_tokens = std::deque<refresh_token_list::iterator>;

  void drop_oldest_refresh_token(owned_tokens& of);

  const clock& time_;
  std::list<issued_code> codes_; ///< oldest first, like the others
  std::unordered_map<std::string_view, std::list<issued_code>::iterator> codes_by_text_;
  std::list<device_request> devices_;
  refresh_token_list refresh_tokens_;
  std::unordered_map<std::string_view, refresh_token_list::iterator> refresh_tokens_by_text_;
  /// By lower-case UPN, then by client id.
  std::unordered_map<std::string, std::unordered_map<std::string, owned_tokens>> owners_;
};

} // namespace postroom::sim
