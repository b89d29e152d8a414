#pragma once

#include "base/clock.hpp"
#include "sim/identity/authorize_request.hpp"
#include "sim/identity/expiring_store.hpp"
#include "sim/net/http_server.hpp"

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the platform remembers of browsers: who is signed in there, and which sign-ins are under way. Nothing here is
/// thread-safe.
namespace postroom::sim {

struct signed_in_account {
  std::string tenant_id; ///< the account's home
  std::string upn;
  wall_time when{}; ///< of the password
  bool mfa = false; ///< passed the second factor
  bool google = false;
};

/// The accounts of one browser; single sign-on.
struct browser_session {
  static constexpr std::size_t accounts_max = 10;
  static constexpr std::size_t clients_max = 50;

  std::string id; ///< `session_state`
  std::vector<signed_in_account> accounts;
  std::set<std::string> clients; ///< ids of the applications signed in to
};

/// What is asked of an administrator: see admin_consent.hpp.
struct admin_consent_request {
  std::string client_id;
  client_address reply;
  bool first_version = false;
  std::vector<std::string> scopes;
};

struct device_sign_in {
  std::string device_code; ///< empty until a good user code was entered
  std::string client_id;
  std::vector<std::string> scopes;
  bool confirmed = false;
};

enum class sign_in_step : std::uint8_t {
  user_code,    ///< of a device
  pick_account, ///< one of those signed in
  account,      ///< e-mail address
  password,
  mfa,        ///< code
  enrol,      ///< "More information required"
  enrol_code, ///< first code
  consent,    ///< the user's
  need_admin, ///< the user may not consent
  admin_consent,
  confirm_device, ///< "Are you trying to sign in to …?"
};
/// As forms carry it: `pick_account`.
[[nodiscard]] std::string_view to_string(sign_in_step step);

/// A sign-in under way. Forms only carry its name and its `csrf` value; everything else stays here.
struct half_sign_in {
  std::string name; ///< in the store
  std::string csrf;
  std::string browser; ///< the browser's cookie: another browser cannot go on with it
  face look = face::microsoft;
  std::string correlation_id;
  std::string path;   ///< where its forms are posted
  std::string tenant; ///< as asked for; empty at Google
  std::variant<authorize_request, admin_consent_request, device_sign_in> purpose;
  sign_in_step step = sign_in_step::account;

  signed_in_account account;  ///< its UPN is empty until one is chosen
  bool authenticated = false; ///< `account` gave its password, or is signed in already
  bool unsaved = false;       ///< the browser's session does not know of it yet
  bool picked = false;        ///< the person chose: no single sign-on any more
  bool consented = false;     ///< in this sign-in: `prompt=consent` is done
};

/// Cookies: `postroom_browser` binds sign-ins under way to a browser; `postroom_session` names its session, and is new
/// after each password. Both are HttpOnly, SameSite=Lax, and Secure when the platform is https.
class browser_sessions {
public:
  static constexpr std::size_t sign_ins_max = 10'000;
  static constexpr std::size_t sessions_max = 10'000;
  static constexpr std::chrono::minutes sign_in_life{30};
  static constexpr std::chrono::hours session_life{24};
  static constexpr std::string_view browser_cookie = "postroom_browser";
  static constexpr std::string_view session_cookie = "postroom_session";

  browser_sessions(const clock& time, bool secure)
      : secure_(secure), sign_ins_(time, sign_ins_max, sign_in_life), sessions_(time, sessions_max, session_life) {}

  /// Takes one in and names it.
  [[nodiscard]] half_sign_in& start(half_sign_in what);
  /// Null unless name, csrf value, browser and path are those of one sign-in under way.
  [[nodiscard]] half_sign_in* find(const form_fields& form, std::string_view browser, std::string_view path);
  void finish(const half_sign_in& done);

  /// Null when there is none.
  [[nodiscard]] browser_session* session(std::string_view cookie) { return sessions_.find(cookie); }
  /// Adds the account, or renews it, and moves the session to a new name: nobody who knew the old one gets in.
  [[nodiscard]] std::string sign_in(std::string_view old_cookie, const signed_in_account& account);
  void end_session(std::string_view cookie) { sessions_.remove(cookie); }

  /// An unguessable value for the browser cookie.
  [[nodiscard]] static std::string new_secret();
  /// A header's value. An empty `value` deletes the cookie.
  [[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value) const;
  [[nodiscard]] std::size_t sign_ins() const { return sign_ins_.size(); }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

private:
  bool secure_;
  expiring_store<half_sign_in> sign_ins_;
  expiring_store<browser_session> sessions_;
};

/// The cookie's value in a request; empty when it is missing or is not of the shape that is issued here.
[[nodiscard]] std::string find_cookie(const http_request& request, std::string_view name);

} // namespace postroom::sim
