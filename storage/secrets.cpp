#include "storage/secrets.hpp"

#include "storage/directory.hpp"

#include <algorithm>

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

std::string resource_field(std::string_view resource) {
  return "access_token:" + std::string{resource};
}

} // namespace

result<void> seal_secret(const keyring& keys, records::Provider& into, std::string_view field, const secret<>& value) {
  const auto* descriptor = into.GetDescriptor()->FindFieldByName(std::string{field});
  if (value.empty()) {
    into.GetReflection()->ClearField(&into, descriptor);
    return {};
  }
  auto sealed = keys.seal(value.expose(), place_of(into, field));
  if (!sealed)
    return sealed.error();
  into.GetReflection()->SetString(&into, descriptor, std::move(*sealed));
  return {};
}

result<secret<>> open_secret(const keyring& keys, const records::Provider& from, std::string_view field) {
  const auto* descriptor = from.GetDescriptor()->FindFieldByName(std::string{field});
  return open(keys, from, field, from.GetReflection()->GetString(from, descriptor));
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

result<void> seal_resource_token(const keyring& keys, records::Grant& into, std::string_view resource,
                                 const secret<>& value) {
  auto sealed = keys.seal(value.expose(), place_of(into, resource_field(resource)));
  if (!sealed)
    return sealed.error();
  auto* all = into.mutable_resources();
  auto place = std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.resource() == resource; });
  auto& token = place == all->end() ? *all->Add() : *place;
  token.set_resource(std::string{resource});
  token.set_access_token(std::move(*sealed));
  return {};
}

result<secret<>> open_resource_token(const keyring& keys, const records::Grant& from, std::string_view resource) {
  for (const auto& each : from.resources())
    if (each.resource() == resource)
      return open(keys, from, resource_field(resource), each.access_token());
  return secret<>{};
}

result<void> seal_code_verifier(const keyring& keys, records::SignIn& into, const secret<>& value) {
  return seal(keys, into, "code_verifier", value, &records::SignIn::set_code_verifier<std::string>);
}

result<secret<>> open_code_verifier(const keyring& keys, const records::SignIn& from) {
  return open(keys, from, "code_verifier", from.code_verifier());
}

} // namespace postroom::storage
