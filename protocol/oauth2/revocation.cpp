#include "protocol/oauth2/revocation.hpp"

#include "protocol/oauth2/token_form.hpp"

namespace postroom::oauth2 {

result<http_request> make_revocation(std::string_view endpoint, const client_identity& who,
                                     const secret<>& refresh_token, std::string_view request_id) {
  if (auto checked = check_request(endpoint, who.client_id, request_id); !checked)
    return checked.error();
  if (refresh_token.empty())
    return fail(errc::invalid_argument, "refresh token is missing");
  form body{value_bytes(who) + refresh_token.expose().size()};
  body.add("token", refresh_token.expose());
  body.add("token_type_hint", "refresh_token");
  add_client(body, who);
  return post(endpoint, body, request_id);
}

} // namespace postroom::oauth2
