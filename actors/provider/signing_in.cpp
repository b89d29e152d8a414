#include "actors/provider/parts.hpp"
#include "actors/provider/platform.hpp"
#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "protocol/oauth2/purposes.hpp"
#include "storage/directory.hpp"
#include "storage/secrets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

/// A person has signed in: who it was, and what is kept of it.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr auto graph_limit = 30s;

error sign_in_fault(errc code, std::string_view cause, std::string detail) {
  auto why = fail(code, std::move(detail));
  why.cause = cause;
  return why;
}

bool is_expected(const oauth2::identity& who, const std::string& delegate) {
  const auto wanted = ascii_lower(delegate);
  return wanted.empty() || ascii_lower(who.upn) == wanted || ascii_lower(who.email) == wanted;
}

bool is_same_person(const records::Grant& grant, const oauth2::identity& who) {
  return !grant.object_id().empty() && grant.object_id() == who.object_id && grant.directory_id() == who.directory_id;
}

/// `andrea-contoso.example`
std::string id_from(const std::string& login) {
  std::string id;
  for (const char c : ascii_lower(login).substr(0, id_bytes_max - 9))
    id.push_back(is_valid_id(std::string_view{&c, 1}) ? c : '-');
  return id.empty() ? "grant" : id;
}

/// The grant to be renewed: the one named, the person's, or the expected delegate's. Null: a new one.
result<grant_entry*> entry_for(state& s, const sign_in_outcome& outcome, const oauth2::identity& who) {
  if (!outcome.grant.empty()) {
    const auto named = s.grants.find(outcome.grant);
    if (named == s.grants.end())
      return fail(errc::not_found, "there is no grant '" + outcome.grant + "' of this provider any more");
    return &named->second;
  }
  for (auto& [id, entry] : s.grants)
    if (is_same_person(entry.stored.record, who))
      return &entry;
  for (const auto& name : {outcome.delegate, who.upn, who.email})
    if (const auto found = s.by_delegate.find(ascii_lower(name)); !name.empty() && found != s.by_delegate.end())
      return &s.grants.at(found->second);
  return nullptr;
}

/// How a new grant is called: after the person, or apart from another that is called so.
enum class naming : std::uint8_t { by_person, apart };

result<records::Grant> record_of(const state& s, const grant_entry* known, const sign_in_outcome& outcome,
                                 const oauth2::identity& who, naming name) {
  const auto now_ms = s.world->time.now().time_since_epoch().count();
  records::Grant record;
  if (known) {
    record = known->stored.record;
    record.clear_resources();
    record.clear_revoked_ms();
  } else {
    record.set_tenant(s.config->tenant());
    record.set_id(id_from(who.upn.empty() ? who.object_id : who.upn));
    if (name == naming::apart || s.grants.contains(record.id()))
      record.set_id(record.id() + '-' + hex_encode(random_string(4)));
    record.set_provider(s.config->id());
    record.set_created_ms(now_ms);
  }
  record.set_kind("refresh_token");
  if (record.delegate().empty())
    record.set_delegate(!outcome.delegate.empty() ? outcome.delegate : who.email.empty() ? who.upn : who.email);
  record.set_updated_ms(now_ms);
  record.set_signed_in_ms(now_ms);
  record.set_refreshed_ms(now_ms);
  record.set_directory_id(who.directory_id);
  record.set_object_id(who.object_id);
  record.set_upn(who.upn);
  record.set_display_name(who.name);
  record.set_consented_scope(outcome.wanted_scope);
  record.set_granted_scope(outcome.answer->scope);
  record.set_access_token_expires_ms((s.world->time.now() + outcome.answer->expires_in).time_since_epoch().count());
  if (auto sealed = storage::seal_refresh_token(s.world->keys, record, *outcome.answer->refresh_token); !sealed)
    return sealed.error();
  if (auto sealed = storage::seal_access_token(s.world->keys, record, outcome.answer->access_token); !sealed)
    return sealed.error();
  return record;
}

signed_in shown(const records::Grant& record, std::vector<std::string> missing) {
  signed_in out;
  out.grant = record.id();
  out.upn = record.upn();
  out.display_name = record.display_name();
  out.directory_id = record.directory_id();
  out.granted_scope = record.granted_scope();
  out.missing = std::move(missing);
  return out;
}

storage::operation event_of(const records::Grant& record, const signed_in& who, wall_time now) {
  boost::json::array missing(who.missing.begin(), who.missing.end());
  const boost::json::object data{
      {"provider", record.provider()},           {"grant", record.id()},
      {"delegate", record.delegate()},           {"upn", record.upn()},
      {"display_name", record.display_name()},   {"directory_id", record.directory_id()},
      {"granted_scope", record.granted_scope()}, {"missing_permissions", std::move(missing)}};
  records::Event event;
  event.set_id("grant." + record.id() + '.' + std::to_string(record.signed_in_ms()) + ".signed_in");
  event.set_type("provider.signed_in");
  event.set_source("/tenants/" + record.tenant());
  event.set_subject("grant/" + record.id());
  event.set_time_ms(now.time_since_epoch().count());
  event.set_data(boost::json::serialize(data));
  return storage::append{storage::keys::stream_of(tenant_id{record.tenant()}), event.SerializeAsString()};
}

/// Puts the new grant to work.
void take_in(self_pointer self, const records::Grant& record, revision rev, const oauth2::token_answer& answer) {
  auto& s = self->state;
  auto& entry = s.grants[record.id()];
  entry.stored = {record, rev};
  entry.unstored.reset();
  entry.graph.reset();
  entry.mail.tokens = {};
  adopt(self, entry, token_resource::mail, answer.access_token, s.world->time.now() + answer.expires_in,
        answer.refresh_in, true);
  s.by_delegate[ascii_lower(record.delegate())] = record.id();
  s.by_delegate[ascii_lower(record.upn())] = record.id();
  plan_refresh(self, record.id(), token_resource::mail);
  entry.failing_since.reset();
  show_grant(self, entry);
  tell_tenant(self, {s.config->id(), record.id(), record.delegate(), {}, true, {}});
}

void add_permissions(signed_in& who, const std::string& wanted, const std::string& granted) {
  who.granted_scope.append(who.granted_scope.empty() ? "" : " ").append(granted);
  for (auto& scope : oauth2::missing_scopes(wanted, granted))
    who.missing.push_back(std::move(scope));
}

/// Consent covers all resources, but a token tells of its own only: whether Graph is allowed is found by asking.
void ask_graph(self_pointer self, signed_in so_far, signed_in_taker then) {
  const auto& config = *self->state.config;
  const auto where = endpoints_now(self->state, so_far.directory_id);
  auto wanted = where && config.service() == "microsoft_azure"
                    ? token_scope_of(config, *where, oauth2::resource::graph, false)
                    : result<std::string>{fail(errc::not_found)};
  if (!wanted) {
    then(so_far);
    return;
  }
  const want_access_token wish{grant_id{so_far.grant}, false, token_resource::graph};
  self->request(provider_actor{provider_self{self}}, graph_limit, wish)
      .then(
          [self, so_far, wanted = *wanted, then](const access_token&) mutable {
            if (const auto* entry = find_grant(self->state, so_far.grant))
              for (const auto& each : entry->stored.record.resources())
                add_permissions(so_far, wanted, each.scope());
            then(so_far);
          },
          [so_far, wanted = *wanted, then](const caf::error&) mutable {
            add_permissions(so_far, wanted, {});
            then(so_far);
          });
}

void store_sign_in(self_pointer self, const oauth2::endpoints& where, const sign_in_outcome& outcome,
                   const oauth2::identity& who, naming name, const signed_in_taker& then) {
  auto& s = self->state;
  const auto known = entry_for(s, outcome, who);
  if (!known) {
    then(known.error());
    return;
  }
  const auto record = record_of(s, *known, outcome, who, name);
  if (!record) {
    then(record.error());
    return;
  }
  const auto wanted = token_scope_of(*s.config, where, oauth2::resource::mail, false);
  const auto result_of =
      shown(*record, wanted ? oauth2::missing_scopes(*wanted, outcome.answer->scope) : std::vector<std::string>{});
  const auto before = *known ? (*known)->stored.rev : revision{0};
  // The tenant's grants stand side by side: the name may be that of another provider's.
  const bool try_apart = !*known && name == naming::by_person;
  std::vector<storage::operation> change{storage::put_config(*record, before),
                                         event_of(*record, result_of, s.world->time.now())};
  commit(self, std::move(change), record->id(),
         [self, record = *record, before, outcome, where, who, try_apart, result_of, then](const result<void>& done) {
           if (!done && done.error().code == errc::conflict && try_apart) {
             store_sign_in(self, where, outcome, who, naming::apart, then);
             return;
           }
           if (!done) {
             read_grants(self);
             then(done.error());
             return;
           }
           self->state.world->metrics.mailbox.event("provider.signed_in");
           take_in(self, record, revision{before.value + 1}, *outcome.answer);
           ask_graph(self, result_of, then);
         });
}

void check_identity(self_pointer self, const oauth2::endpoints& where, const sign_in_outcome& outcome,
                    const oauth2::key_set& keys, signed_in_taker then) {
  auto& s = self->state;
  const oauth2::id_token_expectation expected{where.issuer, s.config->application_id(), outcome.nonce,
                                              s.config->allowed_directories()};
  auto who = oauth2::verify_id_token(*outcome.answer->id_token, keys, expected, s.world->time.now());
  if (!who) {
    auto why = who.error();
    why.cause = why.code == errc::blocked_by_policy ? "sign_in.directory_not_allowed" : "sign_in.identity_invalid";
    then(why);
    return;
  }
  if (!is_expected(*who, outcome.delegate)) {
    then(sign_in_fault(errc::forbidden, "sign_in.wrong_person",
                       "expected " + outcome.delegate + ", but " + (who->upn.empty() ? who->email : who->upn) +
                           " has signed in; nothing was stored"));
    return;
  }
  store_sign_in(self, where, outcome, *who, naming::by_person, then);
}

oauth2::resource first_resource_of(const records::Provider& of) {
  const auto wanted = oauth2::parse_purposes(of.purposes());
  if (!wanted)
    return oauth2::resource::mail;
  for (const auto each : *wanted)
    if (oauth2::resource_of(each) == oauth2::resource::mail)
      return oauth2::resource::mail;
  return oauth2::resource::graph;
}

} // namespace

void accept_sign_in(self_pointer self, oauth2::endpoints where, sign_in_outcome outcome, signed_in_taker then) {
  if (!outcome.answer->refresh_token) {
    then(sign_in_fault(errc::app_misconfigured, "sign_in.no_refresh_token",
                       "the platform gave no refresh token: access would end with the first token"));
    return;
  }
  if (!outcome.answer->id_token) {
    then(sign_in_fault(errc::signature_invalid, "sign_in.identity_invalid",
                       "the platform did not say who signed in: the scope openid is missing"));
    return;
  }
  auto key = oauth2::key_id_of(*outcome.answer->id_token);
  if (!key) {
    then(sign_in_fault(key.error().code, "sign_in.identity_invalid", key.error().detail));
    return;
  }
  with_keys(self, where, *key, [self, where, outcome = std::move(outcome), then](const result<oauth2::key_set>& keys) {
    if (keys)
      check_identity(self, where, outcome, *keys, then);
    else
      then(keys.error());
  });
}

void redeem(self_pointer self, const redeem_code& wish, caf::typed_response_promise<signed_in> promise) {
  const signed_in_taker answer = [self, promise](const result<signed_in>& done) mutable {
    if (done) {
      promise.deliver(*done);
      return;
    }
    log::warning("provider.sign_in_failed", {{"tenant", self->state.config->tenant()},
                                             {"provider", self->state.config->id()},
                                             {"code", to_string(done.error().code)},
                                             {"cause", done.error().cause},
                                             {"detail", done.error().detail}});
    promise.deliver(to_caf(done.error()));
  };
  with_endpoints(self, {}, [self, wish, answer](const result<oauth2::endpoints>& where) {
    if (!where) {
      answer(where.error());
      return;
    }
    const auto scope = token_scope_of(*self->state.config, *where, first_resource_of(*self->state.config), false);
    if (!scope) {
      answer(scope.error());
      return;
    }
    auto make = [wish, where = *where, scope = *scope](const oauth2::client_identity& who) {
      return oauth2::make_request(
          where.token, who, oauth2::authorization_code_grant{wish.code, wish.redirect_uri, wish.code_verifier, scope},
          random_uuid());
    };
    ask_token_endpoint(self, where->token, std::move(make), [self, wish, where = *where, answer](exchange& outcome) {
      if (auto* given = std::get_if<oauth2::token_answer>(&outcome))
        accept_sign_in(self, where,
                       {wish.delegate, wish.grant, wish.nonce, wish.wanted_scope,
                        std::make_shared<oauth2::token_answer>(std::move(*given))},
                       answer);
      else if (const auto* failure = std::get_if<oauth2::token_failure>(&outcome))
        answer(oauth2::to_error(*failure));
      else
        answer(std::get<error>(outcome));
    });
  });
}

} // namespace postroom::provider
