#include "app/cli/role_words.hpp"

namespace postroom::app::cli {

std::string role_in_words(std::string_view role) {
  if (role == "caller")
    return "you";
  if (role == "gateway")
    return "nobody: the gateway goes on by itself";
  if (role == "operator")
    return "who runs the gateway";
  if (role == "user")
    return "the delegate";
  if (role == "directory_admin")
    return "the directory's administrator (Entra)";
  if (role == "exchange_admin")
    return "the Exchange administrator";
  if (role == "developer")
    return "Postroom's developers";
  return std::string{role};
}

} // namespace postroom::app::cli
