#include "storage/provider_certificate.hpp"

#include "base/certificate.hpp"

namespace postroom::storage {

std::vector<field_problem> check_certificate(const records::Provider& of, const secret<>& key, wall_time now) {
  if (of.certificate().empty() && key.empty())
    return {};
  if (of.service() == "password")
    return {{"certificate", "has no meaning for the service password"}};
  if (of.certificate().empty())
    return {{"certificate", "is required with certificate_key"}};
  const auto facts = read_certificate(of.certificate());
  if (!facts)
    return {{"certificate", "is not an X.509 certificate in PEM form"}};
  std::vector<field_problem> wrong;
  if (facts->not_after <= now)
    wrong.push_back({"certificate", "has expired on " + to_rfc3339(facts->not_after)});
  if (key.empty()) {
    wrong.push_back({"certificate_key", "is required with a certificate"});
    return wrong;
  }
  const auto fits = belongs_to(key, of.certificate());
  if (!fits)
    wrong.push_back({"certificate_key", "is not a private key in PEM form without a password"});
  else if (!*fits)
    wrong.push_back({"certificate_key", "is not the key of the certificate"});
  return wrong;
}

} // namespace postroom::storage
