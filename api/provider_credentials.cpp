#include "api/provider_credentials.hpp"

#include "base/certificate.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "storage/previous_secrets.hpp"
#include "storage/provider_certificate.hpp"
#include "storage/secrets.hpp"

namespace postroom::api {
namespace {

using problems = std::vector<storage::field_problem>;

const secret<>* given(const object_input& input, std::string_view field) {
  const auto found = input.secrets.find(field);
  return found == input.secrets.end() ? nullptr : &found->second;
}

bool will_have(const object_input& input, std::string_view field, const std::string& stored) {
  const auto* value = given(input, field);
  return value ? !value->empty() : !stored.empty();
}

/// The key that will go with the certificate: the one given, or the one stored.
result<secret<>> key_of(const services& world, const records::Provider& of, const object_input& input) {
  if (const auto* value = given(input, "certificate_key"))
    return *value;
  return storage::open_secret(world.keys, of, "certificate_key");
}

/// One that has expired since it was stored must not be in the way of other changes.
bool is_new_certificate(const records::Provider& of, const object_input& input, const records::Provider* before) {
  return given(input, "certificate_key") || !before || before->certificate() != of.certificate();
}

} // namespace

result<problems> take_credentials(const services& world, records::Provider& of, const object_input& input,
                                  const records::Provider* before) {
  auto wrong = storage::validate(of, will_have(input, "client_secret", of.client_secret()),
                                 will_have(input, "proxy_password", of.proxy_password()));
  const bool new_certificate = is_new_certificate(of, input, before);
  if (new_certificate) {
    if (of.certificate().empty() && !given(input, "certificate_key"))
      of.clear_certificate_key();
    const auto key = key_of(world, of, input);
    if (!key)
      return key.error();
    for (auto& each : storage::check_certificate(of, *key, world.time.now()))
      wrong.push_back(std::move(each));
  }
  if (!wrong.empty())
    return wrong;
  for (const auto& [field, value] : input.secrets)
    if (auto sealed = storage::seal_secret(world.keys, of, field, value); !sealed)
      return sealed.error();
  if (given(input, "client_secret"))
    storage::drop_previous_secret(of);
  if (new_certificate)
    storage::drop_previous_certificate(of);
  return wrong;
}

result<void> keep_replaced(const services& world, records::Provider& of, const object_input& input,
                           const records::Provider& before) {
  if (given(input, "client_secret"))
    if (auto kept = storage::keep_previous_secret(world.keys, of, before, world.time.now()); !kept)
      return kept;
  if (given(input, "certificate_key"))
    return storage::keep_previous_certificate(world.keys, of, before, world.time.now());
  return {};
}

void add_credentials(boost::json::object& to, const records::Provider& of) {
  to["has_client_secret"] = !of.client_secret().empty();
  to["has_previous_client_secret"] = !of.previous_client_secret().empty();
  to["previous_client_secret_expires"] = time_json(of.previous_client_secret_expires_ms());
  to["has_certificate_key"] = !of.certificate_key().empty();
  to["has_previous_certificate"] = !of.previous_certificate().empty();
  to["has_proxy_password"] = !of.proxy_password().empty();
  to["certificate_facts"] = nullptr;
  if (of.certificate().empty())
    return;
  if (const auto facts = read_certificate(of.certificate()))
    to["certificate_facts"] = boost::json::object{{"subject", mime::repair_utf8(facts->subject)},
                                                  {"not_before", to_rfc3339(facts->not_before)},
                                                  {"not_after", to_rfc3339(facts->not_after)},
                                                  {"thumbprint", facts->thumbprint_sha1},
                                                  {"thumbprint_sha256", hex_encode(as_view(facts->thumbprint))}};
}

} // namespace postroom::api
