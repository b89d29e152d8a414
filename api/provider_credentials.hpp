#pragma once

#include "api/object_json.hpp"
#include "api/services.hpp"

#include "records.pb.h"

#include <vector>

/// The secrets of a provider, between a request and its record.
namespace postroom::api {

/// Checks the whole provider with the secrets that are given or stored, and seals those that are given, unless
/// something is wrong. What a given one replaces is given up, and so is what was kept of earlier ones. `before`: as it
/// is stored; null for a new one.
[[nodiscard]] result<std::vector<storage::field_problem>> take_credentials(const services& world, records::Provider& of,
                                                                           const object_input& input,
                                                                           const records::Provider* before);
/// After that: what was replaced stays in force beside it until it expires.
[[nodiscard]] result<void> keep_replaced(const services& world, records::Provider& of, const object_input& input,
                                         const records::Provider& before);
/// What may be shown: which secrets there are, until when, and whose the certificate is.
void add_credentials(boost::json::object& to, const records::Provider& of);

} // namespace postroom::api
