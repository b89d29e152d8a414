#include "storage/object_schema.hpp"

#include "base/loopback.hpp"
#include "base/utf8.hpp"
#include "storage/url_parts.hpp"

#include <algorithm>
#include <charconv>

namespace postroom::storage {
namespace {

using problems = std::vector<field_problem>;

void require(problems& into, object_kind kind, const google::protobuf::Message& of) {
  for (const auto& rule : fields_of(kind)) {
    if (!rule.required)
      continue;
    const auto value = get_field(of, rule);
    if (!value || (std::holds_alternative<std::string>(*value) && std::get<std::string>(*value).empty()))
      into.push_back({std::string{rule.name}, "is required"});
  }
}

void check_id(problems& into, std::string_view field, const std::string& id) {
  if (!id.empty() && !is_valid_id(id))
    into.push_back({std::string{field}, "may only have 1 to 64 of the characters A-Z a-z 0-9 . _ -"});
}

void check_email(problems& into, std::string_view field, const std::string& address) {
  if (address.empty())
    return;
  const auto at = address.rfind('@');
  const bool ok = at != std::string::npos && at > 0 && at + 1 < address.size() &&
                  address.find_first_of(" \t<>,;\"") == std::string::npos && address.find('@') == at;
  if (!ok)
    into.push_back({std::string{field}, "is not an email address"});
}

void check_url(problems& into, std::string_view field, const std::string& url) {
  if (url.empty())
    return;
  const auto host = host_of_url(url);
  if (url.starts_with("https://") && !host.empty())
    return;
  if (!url.starts_with("http://") || !is_loopback_host(host))
    into.push_back({std::string{field}, "must be an https:// address (http:// only to this machine)"});
}

void check_host(problems& into, std::string_view field, const std::string& host) {
  if (host.find_first_of(" /:@") != std::string::npos && !is_loopback_host(host))
    into.push_back({std::string{field}, "must be a host name without scheme or port"});
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc{} && stop == text.data() + text.size() && port != 0 && text.front() != '0';
}

/// `name:port` or `[IPv6]:port`.
bool is_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1)))
    return false;
  auto host = text.substr(0, colon);
  constexpr std::string_view name = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  constexpr std::string_view ipv6 = "abcdefABCDEF0123456789:.";
  const bool literal = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (literal)
    host = host.substr(1, host.size() - 2);
  return !host.empty() && host.find_first_not_of(literal ? ipv6 : name) == std::string_view::npos;
}

void check_proxy(problems& into, const records::Provider& of, bool has_password) {
  constexpr std::string_view scheme = "http://";
  constexpr std::string_view user_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                               "-._~!$&'()*+,;=%"; // RFC 3986 §3.2.1
  std::string_view server = of.proxy();
  const bool has_scheme = server.starts_with(scheme);
  server.remove_prefix(has_scheme ? scheme.size() : 0);
  server.remove_suffix(server.ends_with('/') ? 1 : 0);
  const auto at = server.find('@');
  const auto user = server.substr(0, at == std::string_view::npos ? 0 : at);
  if (!user.empty()) // an at sign without one stays there, and is no part of a host
    server.remove_prefix(at + 1);
  if (user.find(':') != std::string_view::npos)
    into.push_back({"proxy", "must not have a password in it: that belongs into proxy_password"});
  else if (!of.proxy().empty() && (!has_scheme || !is_host_and_port(server) ||
                                   user.find_first_not_of(user_characters) != std::string_view::npos))
    into.push_back({"proxy", "must have the form http://[user@]host:port"});
  if (has_password && user.empty())
    into.push_back({"proxy_password", "needs a user in proxy"});
  // Whose loopback that would be, only the proxy knows.
  if (!of.proxy().empty() && of.imap_security() == "plain")
    into.push_back({"imap_security", "may not be plain through a proxy"});
  if (!of.proxy().empty() && of.smtp_security() == "plain")
    into.push_back({"smtp_security", "may not be plain through a proxy"});
}

void check_purposes(problems& into, std::string_view words) {
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (word.empty() || std::ranges::find(purpose_names, word) != purpose_names.end())
      continue;
    std::string known;
    for (const auto each : purpose_names)
      known.append(known.empty() ? "" : ", ").append(each);
    into.push_back({"purposes", "may only have, separated by blanks, " + known + near_miss(word, purpose_names)});
    return;
  }
}

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(std::max<std::size_t>(utf8_character_bytes(text), 1));
    ++count;
  }
  return count;
}

bool read_number(std::string_view text, std::size_t at, std::size_t digits, int& into) {
  if (at + digits > text.size())
    return false;
  const auto* end = text.data() + at + digits;
  const auto [stop, failed] = std::from_chars(text.data() + at, end, into);
  return failed == std::errc{} && stop == end && text[at] != '-';
}

/// `Z` or `+01:30`; minutes east of Greenwich.
std::optional<int> read_offset(std::string_view text) {
  if (text == "Z" || text == "z")
    return 0;
  int hours = 0;
  int minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !read_number(text, 1, 2, hours) ||
      !read_number(text, 4, 2, minutes) || hours > 23 || minutes > 59)
    return {};
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

} // namespace

void set_defaults(records::Provider& of) {
  if (of.type().empty())
    of.set_type(of.service() == "microsoft_azure" ? "outlook365" : of.service() == "google" ? "gmail" : "imap");
  if (of.imap_security().empty())
    of.set_imap_security("tls");
  if (of.sasl().empty())
    of.set_sasl("auto");
  if (of.smtp_security().empty())
    of.set_smtp_security("starttls");
  if (of.sent_copy().empty())
    of.set_sent_copy("auto");
}

void set_defaults(records::Grant& of) {
  if (of.kind().empty())
    of.set_kind("refresh_token");
}

void set_initial(records::Account& of) {
  of.set_active(true);
  of.set_modern_authentication(true);
}

void set_defaults(records::Account& of, const records::Provider* provider) {
  if (of.service().empty() && provider)
    of.set_service(provider->type());
  if (of.transport().empty())
    of.set_transport("auto");
  if (of.folder().empty())
    of.set_folder("INBOX");
  if (of.catch_up().empty())
    of.set_catch_up("new");
  if (of.in_doubt().empty())
    of.set_in_doubt("resend");
}

problems validate(const records::Tenant& of) {
  problems found;
  require(found, object_kind::tenant, of);
  check_id(found, "id", of.id());
  return found;
}

problems validate(const records::Provider& of, bool has_secret, bool has_proxy_password) {
  problems found;
  require(found, object_kind::provider, of);
  check_id(found, "id", of.id());
  const bool microsoft = of.service() == "microsoft_azure";
  const bool password = of.service() == "password";
  if (!of.service().empty() && !password && of.application_id().empty())
    found.push_back({"application_id", "is required for this service"});
  if (microsoft && of.directory_id().empty())
    found.push_back({"directory_id", "is required for microsoft_azure"});
  if (password && has_secret)
    found.push_back({"client_secret", "has no meaning for the service password"});
  check_url(found, "redirect_uri", of.redirect_uri());
  if (of.service() == "generic_oidc" && of.token_endpoint().empty())
    found.push_back({"token_endpoint", "is required for generic_oidc"});
  check_url(found, "token_endpoint", of.token_endpoint());
  if (of.type() == "imap" && of.imap_host().empty())
    found.push_back({"imap_host", "is required for the type imap"});
  check_host(found, "imap_host", of.imap_host());
  check_host(found, "smtp_host", of.smtp_host());
  if (of.imap_security() == "plain" && !is_loopback_host(of.imap_host()))
    found.push_back({"imap_security", "may be plain only to this machine"});
  if (of.smtp_security() == "plain" && !is_loopback_host(of.smtp_host()))
    found.push_back({"smtp_security", "may be plain only to this machine"});
  check_purposes(found, of.purposes());
  check_proxy(found, of, has_proxy_password);
  if (of.sasl() == "plain" && !of.service().empty() && !password)
    found.push_back({"sasl", "may be plain only with the service password"});
  if (password && (of.sasl() == "xoauth2" || of.sasl() == "oauthbearer"))
    found.push_back({"sasl", "needs an access token, which the service password has not"});
  return found;
}

problems validate(const records::Grant& of, bool has_secret) {
  problems found;
  require(found, object_kind::grant, of);
  check_id(found, "id", of.id());
  check_id(found, "provider", of.provider());
  check_email(found, "delegate", of.delegate());
  if (of.kind() == "refresh_token" && !has_secret)
    found.push_back({"refresh_token", "is required for the kind refresh_token"});
  if (of.kind() == "password" && !has_secret)
    found.push_back({"password", "is required for the kind password"});
  if (of.kind() == "client_credentials" && has_secret)
    found.push_back({"refresh_token", "has no meaning for the kind client_credentials"});
  return found;
}

problems validate(const records::Account& of) {
  problems found;
  require(found, object_kind::account, of);
  check_id(found, "id", of.id());
  if (characters_in(of.key()) > 5)
    found.push_back({"key", "may have at most 5 characters"});
  check_email(found, "email", of.email());
  check_id(found, "list", of.list());
  check_id(found, "provider", of.provider());
  check_email(found, "delegate", of.delegate());
  if (of.transport() == "graph") // stored by an earlier version, which took it and never read the mailbox
    found.push_back({"transport", "is graph, by which mail is neither read nor sent here: use auto or imap_smtp"});
  check_id(found, "grant", of.grant());
  if (of.catch_up() == "since" && of.catch_up_since_ms() == 0)
    found.push_back({"catch_up_since", "is required for catch_up since"});
  return found;
}

problems check_references(const records::Grant& of, const records::Provider* provider) {
  problems found;
  if (of.provider().empty())
    return found;
  if (!provider)
    found.push_back({"provider", "there is no provider '" + of.provider() + "'"});
  else if ((provider->service() == "password") != (of.kind() == "password"))
    found.push_back({"kind", "does not fit the provider's service " + provider->service()});
  return found;
}

problems check_references(const records::Account& of, const records::Provider* provider, const records::Grant* grant) {
  problems found;
  if (!provider && !of.provider().empty())
    found.push_back({"provider", "there is no provider '" + of.provider() + "'"});
  if (provider && (provider->service() == "password") == of.modern_authentication())
    found.push_back({"modern_authentication", of.modern_authentication()
                                                  ? "is on, but the provider's service is password"
                                                  : "must be on for the provider's service " + provider->service()});
  if (provider && provider->type() != of.service() && !of.service().empty())
    found.push_back({"service", "is not the provider's type " + provider->type()});
  if (of.grant().empty())
    return found;
  if (!grant)
    found.push_back({"grant", "there is no grant '" + of.grant() + "'"});
  else if (grant->provider() != of.provider())
    found.push_back({"grant", "belongs to another provider"});
  return found;
}

std::optional<wall_time> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':')
    return {};
  if (!read_number(text, 0, 4, year) || !read_number(text, 5, 2, month) || !read_number(text, 8, 2, day) ||
      !read_number(text, 11, 2, hour) || !read_number(text, 14, 2, minute) || !read_number(text, 17, 2, second))
    return {};
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // A leap second (60) is read as the one after.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    return {};
  text.remove_prefix(19);
  int milliseconds = 0;
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1)
      return {};
    int scale = 100;
    for (std::size_t i = 1; i < end && scale > 0; ++i, scale /= 10)
      milliseconds += (text[i] - '0') * scale;
    text.remove_prefix(end);
  }
  const auto offset = read_offset(text);
  if (!offset)
    return {};
  const auto at = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute - *offset} +
                  std::chrono::seconds{second} + std::chrono::milliseconds{milliseconds};
  if (at.time_since_epoch().count() < 0)
    return {};
  return wall_time{std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch())};
}

} // namespace postroom::storage
