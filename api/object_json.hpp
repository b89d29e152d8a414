#pragma once

#include "api/json_body.hpp"
#include "storage/object_schema.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

namespace postroom::api {

/// What a body says about an object besides the fields that went into the record.
struct object_input {
  std::vector<storage::field_problem> problems;
  /// Secret fields that were given; empty: to be removed. By field name.
  std::map<std::string, secret<>, std::less<>> secrets;
};

/// Writes the fields of a body into a record. `null` sets a text or time back to its default. Fields that do not exist
/// are problems; so is another `id` when the record has one.
[[nodiscard]] object_input take_fields(storage::object_kind kind, const json_fields& fields,
                                       google::protobuf::Message& into);

/// All fields of a record that may be shown, plus its tenant, times, revision and whether it was declared. Secret
/// fields never.
[[nodiscard]] boost::json::object describe(storage::object_kind kind, const google::protobuf::Message& of,
                                           revision rev);

/// RFC 3339; null for 0.
[[nodiscard]] boost::json::value time_json(std::int64_t ms);

} // namespace postroom::api
