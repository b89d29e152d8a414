#include "protocol/sasl/client.hpp"

#include <algorithm>
#include <array>

namespace postroom::sasl {
namespace {

// Parts end with 0x01; written apart because "\x01a…" would be one long hex escape.
constexpr std::string_view bearer = "\x01"
                                    "auth=Bearer ";
constexpr std::string_view end = "\x01\x01";

bool has_forbidden_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '\0' || c == '\x01' || c == '\r' || c == '\n'; });
}

/// RFC 6750 §2.1 allows less (b64token); real tokens are any visible characters.
bool is_bearer_token(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// A saslname (RFC 5801 §4): the two characters that part the header are escaped.
std::string gs2_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (const char c : name) {
    if (c == '=')
      out.append("=3D");
    else if (c == ',')
      out.append("=2C");
    else
      out.push_back(c);
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

} // namespace

std::string_view to_string(mechanism m) noexcept {
  constexpr std::array<std::string_view, 3> names{"XOAUTH2", "OAUTHBEARER", "PLAIN"};
  return names[static_cast<std::size_t>(m)];
}

result<client> client::make(mechanism m, credentials who) {
  const auto refuse = [](const char* what) { return fail(errc::invalid_argument, what); };
  const auto& token = who.token_or_password.expose();
  if (who.user.empty() || who.user.size() > user_bytes_max || has_forbidden_byte(who.user))
    return refuse("user name is empty, too long or has control characters");
  if (token.empty() || token.size() > token_bytes_max || has_forbidden_byte(token))
    return refuse("token or password is empty, too long or has control characters");
  if (m != mechanism::plain && !is_bearer_token(token))
    return refuse("the access token has characters no token has");
  if (m == mechanism::oauthbearer && (who.host.empty() || has_forbidden_byte(who.host) || who.port == 0))
    return refuse("OAUTHBEARER needs the host and port connected to");
  return client{m, std::move(who)};
}

secret<> client::initial_response() const {
  const auto& token = who_.token_or_password.expose();
  std::string out;
  // Reserved so that no copy of the token is left behind by growing.
  out.reserve(token.size() + 3 * who_.user.size() + who_.host.size() + 64);
  switch (mechanism_) {
  case mechanism::xoauth2:
    out.append("user=").append(who_.user).append(bearer).append(token).append(end);
    break;
  case mechanism::oauthbearer:
    out.append("n,a=").append(gs2_name(who_.user)).append(",\x01host=").append(who_.host);
    out.append("\x01port=").append(std::to_string(who_.port)).append(bearer).append(token).append(end);
    break;
  case mechanism::plain:
    // No authorization identity: the server derives it from who signs in (RFC 4616 §2).
    out.append(1, '\0').append(who_.user).append(1, '\0').append(token);
    break;
  }
  return secret<>{std::move(out)};
}

result<std::string> client::answer(std::string_view decoded_challenge) {
  if (mechanism_ == mechanism::plain)
    return fail(errc::protocol_violation, "a challenge to PLAIN");
  if (failure_)
    return fail(errc::protocol_violation, "a second challenge after the failure report");
  if (decoded_challenge.size() > challenge_bytes_max)
    return fail(errc::too_large, "SASL challenge longer than 16 KiB");
  failure_ = parse_failure(decoded_challenge);
  return mechanism_ == mechanism::oauthbearer ? std::string{"\x01"} : std::string{};
}

result<mechanism> choose(std::span<const std::string> offered, preference wanted) {
  const auto offers = [offered](mechanism m) {
    return std::any_of(offered.begin(), offered.end(), [m](const std::string& name) {
      const auto upper_name = upper(name);
      std::string_view bare = upper_name;
      if (bare.starts_with("AUTH="))
        bare.remove_prefix(5);
      return bare == to_string(m);
    });
  };
  const auto first_of = [&](std::initializer_list<mechanism> in_order) -> result<mechanism> {
    for (const auto m : in_order)
      if (offers(m))
        return m;
    std::string detail = "the server offers none of";
    for (const auto m : in_order)
      detail.append(1, ' ').append(to_string(m));
    return fail(errc::auth_rejected, std::move(detail));
  };
  switch (wanted) {
  case preference::oauth:
    return first_of({mechanism::oauthbearer, mechanism::xoauth2});
  case preference::oauth_by_xoauth2:
    return first_of({mechanism::xoauth2, mechanism::oauthbearer});
  case preference::password:
    break;
  }
  return first_of({mechanism::plain});
}

} // namespace postroom::sasl
