#include "tests/support/test_ca.hpp"

namespace postroom::test {

result<certificate_files> make_test_certificates(const std::filesystem::path& directory,
                                                 const std::vector<std::string>& names) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure)
    return fail(errc::internal, directory.string() + ": " + failure.message());
  return sim::make_certificates(directory, names);
}

} // namespace postroom::test
