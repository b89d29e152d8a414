#pragma once

#include <string_view>

namespace postroom::api {

/// api/openapi.json as it was when this was built: the description of every route.
[[nodiscard]] std::string_view openapi_document() noexcept;

} // namespace postroom::api
