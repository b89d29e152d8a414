#include "storage/directory.hpp"

namespace postroom::storage {

record_key key_of(const records::Tenant& of) {
  return keys::tenant(tenant_id{of.id()});
}
record_key key_of(const records::Provider& of) {
  return keys::provider(tenant_id{of.tenant()}, provider_id{of.id()});
}
record_key key_of(const records::Grant& of) {
  return keys::grant(tenant_id{of.tenant()}, grant_id{of.id()});
}
record_key key_of(const records::Account& of) {
  return keys::account(tenant_id{of.tenant()}, account_id{of.id()});
}
record_key key_of(const records::ApiToken& of) {
  return keys::api_token(token_id{of.id()});
}
record_key key_of(const records::SignIn& of) {
  return keys::sign_in(of.id());
}
record_key key_of(const records::Incident& of) {
  return keys::incident(tenant_id{of.tenant()}, of.subject());
}
record_key key_of(const records::LoginNames& of) {
  return keys::login_names(tenant_id{of.tenant()}, account_id{of.account()});
}

} // namespace postroom::storage
