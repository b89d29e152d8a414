#pragma once

#include <filesystem>
#include <string>

/// Certificates made on the spot, good ones and those with one fault.
namespace postroom::net::test {

/// A directory that goes away with everything in it.
class scratch_directory {
public:
  scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

struct certificate_wish {
  std::string name = "localhost"; ///< a DNS name; 127.0.0.1 and ::1 are always added for "localhost"
  bool expired = false;
  bool not_yet = false;     ///< valid from tomorrow
  bool self_signed = false; ///< by its own key; the CA file is the certificate itself
};

/// PEM files of one authority and one server certificate signed by it.
struct certificate {
  std::string ca_file, chain_file, key_file;
};

[[nodiscard]] certificate make_certificate(const std::filesystem::path& directory, const std::string& stem,
                                           const certificate_wish& wish = {});

} // namespace postroom::net::test
