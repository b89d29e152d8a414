#include "tests/support/jwt_issuer.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "tests/support/process.hpp"

#include <boost/json.hpp>
#include <utility>

namespace postroom::test {

jwt_issuer::jwt_issuer(std::string issuer, std::string client_id)
    : issuer_(std::move(issuer)), client_id_(std::move(client_id)), key_id_(hex_encode(random_string(8))),
      keys_(generate_rsa_key()) {
}

std::string jwt_issuer::token(const token_claims& claims) const {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto expiry = now + claims.life.count();
  const auto issued = std::min(now, expiry) - 5; // validators refuse what begins in their future
  const boost::json::object header{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", key_id_}};
  const boost::json::object payload{{"aud", claims.audience},
                                    {"iss", claims.issuer.empty() ? issuer_ : claims.issuer},
                                    {"iat", issued},
                                    {"nbf", issued},
                                    {"exp", expiry},
                                    {"azp", client_id_},
                                    {"appid", client_id_},
                                    {"sub", claims.upn},
                                    {"upn", claims.upn},
                                    {"scp", claims.scope},
                                    {"uti", base64url_encode(random_string(16))}};
  return jws_sign({boost::json::serialize(header), boost::json::serialize(payload)}, jws_algorithm::rs256,
                  keys_.private_key)
      .value();
}

void jwt_issuer::publish_to(const std::filesystem::path& directory) const {
  publish_key(directory, client_id_, key_id_, keys_.public_key);
}

void publish_key(const std::filesystem::path& directory, const std::string& client_id, const std::string& key_id,
                 std::string_view public_key_pem) {
  const auto folder = directory / client_id / "RS256";
  std::filesystem::create_directories(folder);
  write_file(folder / key_id, public_key_pem);
}

} // namespace postroom::test
