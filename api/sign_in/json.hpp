#pragma once

#include "actors/messages.hpp"
#include "base/clock.hpp"

#include "records.pb.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>

/// Sign-ins and the health of what they left, as the API shows them.
namespace postroom::api::sign_in {

[[nodiscard]] boost::json::object to_json(const signed_in& who);
[[nodiscard]] boost::json::object to_json(const device_sign_in& what);
[[nodiscard]] boost::json::object to_json(const grant_status& what);
[[nodiscard]] boost::json::object to_json(const provider_status& what);
/// When a grant dies if nobody uses it any more; null: it does not, or that is not known.
[[nodiscard]] boost::json::value idle_end(const records::Grant& of, const records::Provider* provider);

} // namespace postroom::api::sign_in
