#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace postroom::sim {

struct certificate_files {
  std::filesystem::path ca_certificate;
  std::filesystem::path certificate;
  std::filesystem::path private_key; ///< mode 0600
};

/// Makes a certificate authority and a server certificate signed by it (both P-256, valid from yesterday for 30 days)
/// and writes them as PEM into `directory`, which must exist: ca.pem, server.pem, server.key. The authority's key is
/// thrown away. Names that are IP addresses become IP entries. `internal` when OpenSSL or the disk refuses.
[[nodiscard]] result<certificate_files> make_certificates(const std::filesystem::path& directory,
                                                          const std::vector<std::string>& names);

} // namespace postroom::sim
