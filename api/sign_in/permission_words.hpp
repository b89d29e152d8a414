#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Permissions as people understand them.
namespace postroom::api::sign_in {

/// `Read and change mail over IMAP (IMAP.AccessAsUser.All)`; an unknown one stands for itself.
[[nodiscard]] std::string permission_words(std::string_view scope);
/// What does not work without it: `Mail cannot be read over IMAP.` Empty when that is not known.
[[nodiscard]] std::string without_permission(std::string_view scope);
/// The scopes of a list separated by blanks that are worth being shown: not those of the sign-in itself. At most 32.
[[nodiscard]] std::vector<std::string> shown_permissions(std::string_view scopes);

} // namespace postroom::api::sign_in
