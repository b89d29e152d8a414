#pragma once

#include "base/jws.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

/// Access tokens a test signs itself.
namespace postroom::test {

/// What a test may want to say in a token; the rest is filled in as Entra does.
struct token_claims {
  std::string upn;
  /// Counted from now; negative: expired already.
  std::chrono::seconds life{3600};
  /// Empty: the issuer's own.
  std::string issuer;
  std::string audience = "https://outlook.office.com";
  std::string scope = "IMAP.AccessAsUser.All SMTP.Send";
};

/// Where Dovecot's local validation looks for it: `<directory>/<client id>/RS256/<key id>`.
void publish_key(const std::filesystem::path& directory, const std::string& client_id, const std::string& key_id,
                 std::string_view public_key_pem);

/// Signs with RS256. Its public key lies where Dovecot's local validation looks for it. Thread-safe.
class jwt_issuer {
public:
  jwt_issuer(std::string issuer = "https://login.test/contoso/v2.0", std::string client_id = "gateway");

  [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }
  [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }
  [[nodiscard]] std::string token(const token_claims& claims) const;
  /// As publish_key().
  void publish_to(const std::filesystem::path& directory) const;

private:
  std::string issuer_;
  std::string client_id_;
  std::string key_id_;
  key_pair_pem keys_;
};

} // namespace postroom::test
