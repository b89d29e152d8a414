#include "storage/secrets.hpp"

#include "storage/directory.hpp"

namespace postroom::storage {
namespace {

template <class Record>
std::string place_of(const Record& record, std::string_view field) {
  return key_of(record).key + '#' + std::string{field};
}

template <class Record>
result<void> seal(const keyring& keys, Record& into, std::string_view field, const secret<>& value,
                  void (Record::*set)(std::string&&)) {
  if (value.empty()) {
    (into.*set)({});
    return {};
  }
  auto sealed = keys.seal(value.expose(), place_of(into, field));
  if (!sealed)
    return sealed.error();
  (into.*set)(std::move(*sealed));
  return {};
}

template <class Record>
result<secret<>> open(const keyring& keys, const Record& from, std::string_view field, const std::string& sealed) {
  if (sealed.empty())
    return secret<>{};
  return keys.open(sealed, place_of(from, field));
}

} // namespace

result<void> seal_client_secret(const keyring& keys, records::Provider& into, const secret<>& value) {
  return seal(keys, into, "client_secret", value, &records::Provider::set_client_secret<std::string>);
}

result<secret<>> open_client_secret(const keyring& keys, const records::Provider& from) {
  return open(keys, from, "client_secret", from.client_secret());
}

result<void> seal_refresh_token(const keyring& keys, records::Grant& into, const secret<>& value) {
  return seal(keys, into, "refresh_token", value, &records::Grant::set_refresh_token<std::string>);
}

result<secret<>> open_refresh_token(const keyring& keys, const records::Grant& from) {
  return open(keys, from, "refresh_token", from.refresh_token());
}

result<void> seal_access_token(const keyring& keys, records::Grant& into, const secret<>& value) {
  return seal(keys, into, "access_token", value, &records::Grant::set_access_token<std::string>);
}

result<secret<>> open_access_token(const keyring& keys, const records::Grant& from) {
  return open(keys, from, "access_token", from.access_token());
}

} // namespace postroom::storage
