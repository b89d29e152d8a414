#pragma once

#include "actors/doctor/evidence.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/knowledge/entry.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

/// A shared mailbox of Exchange Online and what the doctor may see of it.
namespace postroom::doctor::test {

inline const std::string shared = "support@contoso.com";
inline const std::string andrea = "andrea@contoso.com";
inline const std::string directory = "9f1c0000-0000-4000-8000-000000000001";
inline const std::string application = "6a0e0000-0000-4000-8000-000000000002";
inline const std::string mail_scope =
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access";
inline constexpr wall_time now{std::chrono::sys_days{std::chrono::November / 24 / 2026}};

inline facts microsoft_facts() {
  facts f;
  auto& account = f.account;
  account.set_tenant("acme");
  account.set_id("support");
  account.set_email(shared);
  account.set_delegate(andrea);
  account.set_provider("azure");
  account.set_active(true);
  auto provider = std::make_shared<records::Provider>();
  provider->set_id("azure");
  provider->set_service("microsoft_azure");
  provider->set_type("outlook365");
  provider->set_application_id(application);
  provider->set_directory_id(directory);
  provider->set_client_secret("sealed");
  f.provider = provider;
  f.provider_runs = true;
  f.now = now;
  f.imap = {"outlook.office365.com", 993, true};
  f.smtp = {"smtp.office365.com", 587, true};
  f.mailbox_user = shared;
  f.folder = "INBOX";
  f.discovery = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
  f.graph_root = "https://graph.microsoft.com";
  f.wanted_scope = mail_scope;
  f.wanted_roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp"};
  return f;
}

inline facts password_facts() {
  auto f = microsoft_facts();
  auto provider = std::make_shared<records::Provider>();
  provider->set_id("azure");
  provider->set_service("password");
  provider->set_type("imap");
  f.provider = provider;
  f.account.clear_delegate();
  f.discovery.clear();
  f.graph_root.clear();
  f.wanted_scope.clear();
  return f;
}

/// A token as Exchange takes it.
inline seen_token good_token() {
  seen_token out;
  out.delegate = andrea;
  out.expires = now + std::chrono::hours{1};
  out.claims.emplace();
  out.claims->audience = "https://outlook.office.com";
  out.claims->directory_id = directory;
  out.claims->scopes = "IMAP.AccessAsUser.All SMTP.Send";
  return out;
}

inline seen_grant good_grant() {
  seen_grant out;
  out.found = true;
  out.id = "andrea";
  out.kind = "refresh_token";
  out.delegate = andrea;
  out.directory_id = directory;
  out.granted_scope = mail_scope;
  return out;
}

inline smtp::reply says(std::uint16_t code, std::uint16_t klass, std::uint16_t subject, std::uint16_t detail,
                        std::string text) {
  return {code, smtp::enhanced_status{klass, subject, detail}, std::move(text)};
}

/// Everything was looked at, and works.
inline evidence healthy() {
  evidence e;
  e.grant = good_grant();
  const net::tls_facts tls{"TLSv1.3", "CN=DigiCert", now + std::chrono::days{90}};
  e.imap = seen_server{true, true, {}, tls};
  e.smtp = seen_server{true, true, {}, tls};
  e.time = seen_clock{"login.microsoftonline.com", std::chrono::seconds{1}, {}};
  e.token = good_token();
  e.login = seen_login{shared, true, true, false, 12, {}};
  e.submission.emplace();
  e.submission->user = andrea;
  e.submission->sender = shared;
  e.submission->logged_in = true;
  e.submission->mail_from = says(250, 2, 1, 0, "Sender OK");
  e.submission->recipient = says(250, 2, 1, 5, "Recipient OK");
  return e;
}

/// A known case as an error.
inline error known_error(std::string_view key, std::string words) {
  const auto* known = knowledge::find(key);
  if (!known)
    throw std::logic_error("no such case: " + std::string{key});
  return {known->code, std::move(words), known->key};
}

/// What an IMAP session makes of a server's words.
inline error imap_refusal(imap::failure_phase where, imap::status_kind kind, std::string text,
                          std::string response_code = {}) {
  imap::status_response said;
  said.kind = kind;
  said.text = text;
  if (!response_code.empty())
    said.code = imap::response_code{std::move(response_code), {}};
  const auto* known = imap::classify_failure(where, said);
  return known ? imap::to_error(*known, std::move(text)) : error{errc::command_refused, std::move(text), {}};
}

inline seen_login refused_login(const std::string& user, error why) {
  return {user, false, false, false, 0, std::move(why)};
}
inline error not_connected() {
  return imap_refusal(imap::failure_phase::command, imap::status_kind::bad, "User is authenticated but not connected.");
}
inline error authenticate_failed() {
  return imap_refusal(imap::failure_phase::login, imap::status_kind::no, "AUTHENTICATE failed.");
}

/// The ladder has got as far as a second refusal with a fresh token.
inline evidence refused(const error& why) {
  auto e = healthy();
  e.login = refused_login(shared, why);
  e.fresh_token = good_token();
  e.login_again = refused_login(shared, why);
  return e;
}

inline seen_over_graph graph_says(unsigned status, const std::string& code, const std::string& message) {
  seen_over_graph out;
  out.status = status;
  out.failed = graph::to_error(
      graph::read_failure(status, R"({"error":{"code":")" + code + R"(","message":")" + message + R"("}})"));
  return out;
}
inline seen_over_graph graph_opens() {
  return {true, 200, {}};
}

/// The submission ended at the login with this reply.
inline void refuse_smtp_login(evidence& e, const smtp::reply& said, const std::string& user = andrea) {
  auto& seen = e.submission.emplace();
  seen.user = user;
  seen.sender = shared;
  seen.where = smtp::phase::login;
  seen.last = said;
  const auto& known = smtp::case_of(smtp::phase::login, said);
  seen.failed = error{known.code, to_string(said), known.key};
}

/// A test mail was refused at its end.
inline void refuse_mail(evidence& e, const smtp::reply& said) {
  e.submission->verdict = said;
}

inline const diagnosis_step& step(const diagnosis& of, std::string_view name) {
  const auto found = std::ranges::find(of.steps, name, &diagnosis_step::name);
  if (found == of.steps.end())
    throw std::logic_error("no step " + std::string{name});
  return *found;
}

} // namespace postroom::doctor::test
