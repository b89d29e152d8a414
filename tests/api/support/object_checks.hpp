#pragma once

#include "storage/object_schema.hpp"
#include "tests/api/support/running_api.hpp"

#include <string>

/// What holds for every kind of configuration object, checked from the outside.
namespace postroom::api::test {

struct object_sample {
  storage::object_kind kind;
  std::string collection;     ///< `/v1/tenants/acme/accounts`
  boost::json::object fields; ///< a valid object in which every field that goes together is set, `id` too
  client& by;
};

/// The sample is made, and whoever reads it back finds every field as it was sent – but no secret.
void expect_round_trip(const object_sample& of);
/// A value of another type is refused for each field of the kind, and the field is named.
void expect_wrong_types_refused(const object_sample& of);
/// Each required field is demanded by name when it is missing.
void expect_required_fields(const object_sample& of);
/// A name that is not a field is refused with the one that was meant.
void expect_typo_explained(const object_sample& of, const std::string& wrong, const std::string& meant);
/// Texts with control characters or too many bytes are refused for each field.
void expect_bad_texts_refused(const object_sample& of);
/// Each optional text and time can be set back with null.
void expect_null_resets(const object_sample& of, const std::string& field, const boost::json::value& to);
/// Changing and removing need the revision that was read; making the same twice is a conflict; the id stays.
void expect_revisions_guarded(const object_sample& of);

/// `fields` with one of them set otherwise.
[[nodiscard]] boost::json::object with(boost::json::object fields, const std::string& name, boost::json::value value);
[[nodiscard]] boost::json::object without(boost::json::object fields, const std::string& name);

} // namespace postroom::api::test
