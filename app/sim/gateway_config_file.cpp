#include "app/sim/gateway_config_file.hpp"

#include "app/private_file.hpp"

#include <fstream>
#include <string>

namespace postroom::app {
namespace {

/// The first line of the file.
constexpr std::string_view written_by_us = "# Written by `postroom sim`, which replaces it at each start.";

} // namespace

result<void> check_gateway_config_file(const std::filesystem::path& file) {
  std::error_code failed;
  const auto what = std::filesystem::symlink_status(file, failed);
  if (what.type() == std::filesystem::file_type::not_found)
    return {};
  std::string first(written_by_us.size() + 1, '\0');
  std::ifstream in{file, std::ios::binary};
  in.read(first.data(), static_cast<std::streamsize>(first.size()));
  if (in && first == std::string{written_by_us} + '\n')
    return {};
  return fail(errc::conflict, file.string() + " is there already and was not written by `postroom sim`: name another "
                                              "file, or move it away");
}

result<void> write_gateway_config_file(const std::filesystem::path& file, std::string_view config) {
  if (auto ours = check_gateway_config_file(file); !ours)
    return ours;
  return write_private_file(file, std::string{written_by_us} + '\n' + std::string{config});
}

} // namespace postroom::app
