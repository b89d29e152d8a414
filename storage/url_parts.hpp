#pragma once

#include <string_view>

/// Just enough of URLs to judge configuration: views into what was given, nothing decoded. The parser proper is
/// protocol/http/url.hpp, which storage does not see.
namespace postroom::storage {

/// Without port and user; an IPv6 address keeps its brackets. Empty when there is none.
[[nodiscard]] std::string_view host_of_url(std::string_view url) noexcept;
/// From the slash after the authority to the end, query and fragment included.
[[nodiscard]] std::string_view path_of_url(std::string_view url) noexcept;

} // namespace postroom::storage
