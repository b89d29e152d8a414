#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "storage/store.hpp"

#include <string>

namespace postroom::api {

/// A stored event as one line of CloudEvents 1.0 JSON. Its data is taken over as it is stored, without being parsed.
/// `store_corrupt` when the entry is not an event.
[[nodiscard]] result<std::string> cloud_event(const tenant_id& tenant, const storage::stream_entry& entry);

/// `document` (a JSON object) with one more member `name`, whose value is JSON already. Line ends in `value` – blanks
/// to JSON – become blanks, so that the whole stays on one line.
[[nodiscard]] std::string with_member(std::string document, std::string_view name, std::string_view value);

} // namespace postroom::api
