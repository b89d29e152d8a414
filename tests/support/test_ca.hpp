#pragma once

#include "base/result.hpp"
#include "sim/net/certificates.hpp"

/// A certificate authority for one test.
namespace postroom::test {

using sim::certificate_files;

/// As sim::make_certificates(), for a server on loopback unless told otherwise. `directory` is made when missing.
[[nodiscard]] result<certificate_files> make_test_certificates(const std::filesystem::path& directory,
                                                               const std::vector<std::string>& names = {"localhost",
                                                                                                        "127.0.0.1"});

} // namespace postroom::test
