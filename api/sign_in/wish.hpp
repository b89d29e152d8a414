#pragma once

#include "api/json_body.hpp"
#include "api/message.hpp"

#include "records.pb.h"

#include <string>

namespace postroom::api::sign_in {

/// What a request to begin a sign-in asks for.
struct wish {
  std::string delegate; ///< who is expected; empty: anybody
  std::string grant;    ///< to be renewed; empty: by who signs in
  std::string prompt;
  bool form_post = false;
};
enum class wish_form : std::uint8_t { browser, device };

/// Of a body, which may be missing. The problem names each field that is wrong.
[[nodiscard]] boost::system::result<wish, problem> read_wish(const request& of, wish_form form);
/// The provider of the path, if somebody can sign in there, and the grant that is to be renewed, if it is the
/// provider's: its delegate is the one expected when the wish names nobody.
[[nodiscard]] awaitable<boost::system::result<records::Provider, problem>> check_wish(const services& world,
                                                                                      const request& of, wish& wanted);

} // namespace postroom::api::sign_in
