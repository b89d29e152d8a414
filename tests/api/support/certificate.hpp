#pragma once

#include <filesystem>

namespace postroom::api::test {

/// A self-signed certificate for 127.0.0.1 and its key as PEM files; gone with the object. It is its own authority.
class certificate {
public:
  certificate();
  ~certificate();
  certificate(const certificate&) = delete;
  certificate& operator=(const certificate&) = delete;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path chain() const { return directory_ / "chain.pem"; }
  [[nodiscard]] std::filesystem::path key() const { return directory_ / "key.pem"; }

private:
  std::filesystem::path directory_;
};

} // namespace postroom::api::test
