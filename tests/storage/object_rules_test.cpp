#include "storage/object_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace postroom::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> fields(const std::vector<field_problem>& of) {
  std::vector<std::string> out;
  for (const auto& each : of)
    out.push_back(each.field);
  return out;
}

records::Provider good_provider() {
  records::Provider p;
  p.set_id("azure");
  p.set_name("Azure");
  p.set_service("microsoft_azure");
  p.set_application_id("11111111-2222");
  p.set_directory_id("contoso.example");
  set_defaults(p);
  return p;
}
records::Provider password_provider() {
  records::Provider p;
  p.set_id("dovecot");
  p.set_name("Dovecot");
  p.set_service("password");
  p.set_imap_host("mail.example.com");
  set_defaults(p);
  return p;
}
records::Grant good_grant() {
  records::Grant g;
  g.set_id("andrea");
  g.set_provider("azure");
  g.set_delegate("andrea@contoso.example");
  set_defaults(g);
  return g;
}
records::Account good_account() {
  records::Account a;
  a.set_id("sales");
  a.set_name("Sales");
  a.set_email("sales@contoso.example");
  a.set_provider("azure");
  set_initial(a);
  const auto provider = good_provider();
  set_defaults(a, &provider);
  return a;
}

/// One change to a good object and the field it is blamed on; no field: it is still good.
template <class Record>
struct rule_case {
  const char* what;
  std::function<void(Record&)> change;
  const char* blamed = nullptr;
};
template <class Record, class Check>
void try_all(const std::vector<rule_case<Record>>& cases, const Record& good, Check check) {
  ASSERT_THAT(check(good), IsEmpty());
  for (const auto& each : cases) {
    auto changed = good;
    each.change(changed);
    const auto found = fields(check(changed));
    if (each.blamed)
      EXPECT_THAT(found, ElementsAre(each.blamed)) << each.what;
    else
      EXPECT_THAT(found, IsEmpty()) << each.what;
  }
}

TEST(object_rules, judge_tenants) {
  records::Tenant good;
  good.set_id("acme");
  good.set_name("Acme");
  using T = records::Tenant;
  try_all<T>({{"no id", [](T& t) { t.clear_id(); }, "id"},
              {"an id with a slash", [](T& t) { t.set_id("a/b"); }, "id"},
              {"an id with a space", [](T& t) { t.set_id("a b"); }, "id"},
              {"an id that is too long", [](T& t) { t.set_id(std::string(65, 'a')); }, "id"},
              {"the longest id", [](T& t) { t.set_id(std::string(64, 'a')); }},
              {"every kind of character", [](T& t) { t.set_id("Az09._-"); }},
              {"no name", [](T& t) { t.clear_name(); }, "name"}},
             good, [](const T& t) { return validate(t); });
}

TEST(object_rules, judge_providers_of_a_platform) {
  using P = records::Provider;
  try_all<P>(
      {{"no service", [](P& p) { p.clear_service(); }, "service"},
       {"no application id", [](P& p) { p.clear_application_id(); }, "application_id"},
       {"no directory", [](P& p) { p.clear_directory_id(); }, "directory_id"},
       {"google needs none", [](P& p) { p.set_service("google"), p.clear_directory_id(); }},
       {"oidc without endpoint", [](P& p) { p.set_service("generic_oidc"); }, "token_endpoint"},
       {"oidc with one", [](P& p) { p.set_service("generic_oidc"), p.set_token_endpoint("https://id.example/token"); }},
       {"type imap without host", [](P& p) { p.set_type("imap"); }, "imap_host"},
       {"type imap with host", [](P& p) { p.set_type("imap"), p.set_imap_host("mail.example.com"); }},
       {"a host with scheme", [](P& p) { p.set_imap_host("imaps://mail.example.com"); }, "imap_host"},
       {"a host with port", [](P& p) { p.set_imap_host("mail.example.com:993"); }, "imap_host"},
       {"an IPv6 loopback", [](P& p) { p.set_imap_host("::1"); }},
       {"plain to afar", [](P& p) { p.set_imap_host("mail.example.com"), p.set_imap_security("plain"); },
        "imap_security"},
       {"plain to this machine", [](P& p) { p.set_imap_host("127.0.0.1"), p.set_imap_security("plain"); }},
       {"a token sent as password", [](P& p) { p.set_sasl("plain"); }, "sasl"},
       {"xoauth2", [](P& p) { p.set_sasl("xoauth2"); }},
       {"a redirect without TLS", [](P& p) { p.set_redirect_uri("http://gate.example/cb"); }, "redirect_uri"},
       {"a redirect with it", [](P& p) { p.set_redirect_uri("https://gate.example/cb"); }}},
      good_provider(), [](const P& p) { return validate(p, true); });
}

TEST(object_rules, judge_providers_with_passwords) {
  using P = records::Provider;
  try_all<P>({{"xoauth2", [](P& p) { p.set_sasl("xoauth2"); }, "sasl"},
              {"oauthbearer", [](P& p) { p.set_sasl("oauthbearer"); }, "sasl"},
              {"plain", [](P& p) { p.set_sasl("plain"); }}},
             password_provider(), [](const P& p) { return validate(p, false); });
  EXPECT_THAT(fields(validate(password_provider(), true)), ElementsAre("client_secret"));
}

TEST(object_rules, judge_proxies) {
  const auto problems_of = [](const std::string& proxy, bool has_password = false) {
    auto p = good_provider();
    p.set_proxy(proxy);
    return fields(validate(p, true, has_password));
  };
  for (const auto* good : {"", "http://proxy:3128", "http://proxy.example.com:80/", "http://[2001:db8::1]:8080",
                           "http://10.0.0.1:1", "http://anna@proxy:3128", "http://CORP%5Canna@proxy:65535"})
    EXPECT_THAT(problems_of(good), IsEmpty()) << good;
  for (const auto* bad :
       {"proxy:3128", "https://proxy:3128", "socks5://proxy:1080", "http://", "http://proxy",
        "http://proxy:", "http://proxy:0", "http://proxy:65536", "http://proxy:+1", "http://proxy:080",
        "http://proxy:3128/x", "http://:3128", "http://[]:3128", "http://@proxy:3128", "http://anna:sesame@proxy:3128",
        "http://anna:@proxy:3128", "http://a@b@proxy:3128", "http://a b@proxy:3128", "http://CORP\\anna@proxy:3128"})
    EXPECT_THAT(problems_of(bad), ElementsAre("proxy")) << bad;
  EXPECT_THAT(problems_of("http://anna@proxy:3128", true), IsEmpty());
  EXPECT_THAT(problems_of("http://proxy:3128", true), ElementsAre("proxy_password"));
  EXPECT_THAT(problems_of("", true), ElementsAre("proxy_password"));
}

TEST(object_rules, let_nothing_plain_through_a_proxy) {
  auto p = password_provider();
  p.set_imap_host("127.0.0.1");
  p.set_smtp_host("127.0.0.1");
  p.set_imap_security("plain");
  p.set_smtp_security("plain");
  EXPECT_THAT(validate(p, false), IsEmpty());
  p.set_proxy("http://proxy:3128");
  EXPECT_THAT(fields(validate(p, false)), ElementsAre("imap_security", "smtp_security"));
}

TEST(object_rules, let_tokens_go_only_over_tls_or_to_this_machine) {
  const auto problems_of = [](const std::string& url) {
    auto p = good_provider();
    p.set_token_endpoint(url);
    return fields(validate(p, true));
  };
  for (const auto* good : {"https://login.example/x", "https://login.example:8443/", "https://[2001:db8::1]/t",
                           "http://localhost:1/token", "http://127.0.0.1/token", "http://[::1]:8080/token"})
    EXPECT_THAT(problems_of(good), IsEmpty()) << good;
  for (const auto* bad :
       {"login.example", "https://", "https:///path", "ftp://login.example", "http://login.example/",
        "http://localhost.evil.example/", "http://login.example/127.0.0.1", "http://127.0.0.1.evil.example/",
        "http://127.evil.example/", "http://localhost@evil.example/", "http://127.0.0.1:80@evil.example/"})
    EXPECT_THAT(problems_of(bad), ElementsAre("token_endpoint")) << bad;
}

TEST(object_rules, judge_grants) {
  using G = records::Grant;
  try_all<G>({{"no provider", [](G& g) { g.clear_provider(); }, "provider"},
              {"a provider that cannot be", [](G& g) { g.set_provider("a/b"); }, "provider"},
              {"a delegate without address", [](G& g) { g.set_delegate("Andrea"); }, "delegate"},
              {"no delegate", [](G& g) { g.clear_delegate(); }},
              {"a password", [](G& g) { g.set_kind("password"); }},
              {"app-only with a token", [](G& g) { g.set_kind("client_credentials"); }, "refresh_token"}},
             good_grant(), [](const G& g) { return validate(g, true); });
  EXPECT_THAT(fields(validate(good_grant(), false)), ElementsAre("refresh_token"));
  auto app_only = good_grant();
  app_only.set_kind("client_credentials");
  EXPECT_THAT(validate(app_only, false), IsEmpty());
  auto password = good_grant();
  password.set_kind("password");
  EXPECT_THAT(fields(validate(password, false)), ElementsAre("password"));
}

TEST(object_rules, judge_accounts) {
  using A = records::Account;
  try_all<A>({{"no name", [](A& a) { a.clear_name(); }, "name"},
              {"no email", [](A& a) { a.clear_email(); }, "email"},
              {"an email without a domain", [](A& a) { a.set_email("sales@"); }, "email"},
              {"an email without a user", [](A& a) { a.set_email("@contoso.example"); }, "email"},
              {"two at signs", [](A& a) { a.set_email("a@b@contoso.example"); }, "email"},
              {"a display name", [](A& a) { a.set_email("Sales <sales@contoso.example>"); }, "email"},
              {"a key of five letters", [](A& a) { a.set_key("\u00c4\u00d6\u00dc\u00df1"); }},
              {"a key of six", [](A& a) { a.set_key("ABCDEF"); }, "key"},
              {"no provider", [](A& a) { a.clear_provider(); }, "provider"},
              {"a list that cannot be", [](A& a) { a.set_list("a/b"); }, "list"},
              {"a grant that cannot be", [](A& a) { a.set_grant("a/b"); }, "grant"},
              {"the other transport", [](A& a) { a.set_transport("imap_smtp"); }},
              {"a transport that is not offered", [](A& a) { a.set_transport("graph"); }, "transport"},
              {"a delegate without address", [](A& a) { a.set_delegate("andrea"); }, "delegate"},
              {"since, but not since when", [](A& a) { a.set_catch_up("since"); }, "catch_up_since"},
              {"since a time", [](A& a) { a.set_catch_up("since"), a.set_catch_up_since_ms(1); }}},
             good_account(), [](const A& a) { return validate(a); });
}

TEST(object_rules, list_all_problems_in_the_order_of_the_fields) {
  EXPECT_THAT(fields(validate(records::Account{})), ElementsAre("id", "name", "email", "provider"));
  EXPECT_THAT(fields(validate(records::Provider{}, false)), ElementsAre("id", "name", "service"));
}

TEST(object_rules, check_what_refers_to_each_other) {
  const auto azure = good_provider();
  const auto dovecot = password_provider();
  auto grant = good_grant();
  EXPECT_THAT(check_references(grant, &azure), IsEmpty());
  EXPECT_THAT(fields(check_references(grant, nullptr)), ElementsAre("provider"));
  EXPECT_THAT(fields(check_references(grant, &dovecot)), ElementsAre("kind"));

  auto account = good_account();
  EXPECT_THAT(check_references(account, &azure, nullptr), IsEmpty());
  EXPECT_THAT(fields(check_references(account, nullptr, nullptr)), ElementsAre("provider"));
  account.set_grant("andrea");
  EXPECT_THAT(check_references(account, &azure, &grant), IsEmpty());
  EXPECT_THAT(fields(check_references(account, &azure, nullptr)), ElementsAre("grant"));
  grant.set_provider("other");
  EXPECT_THAT(fields(check_references(account, &azure, &grant)), ElementsAre("grant"));
  account.clear_grant();
  account.set_modern_authentication(false);
  EXPECT_THAT(fields(check_references(account, &azure, nullptr)), ElementsAre("modern_authentication"));
  account.set_service("imap");
  EXPECT_THAT(check_references(account, &dovecot, nullptr), IsEmpty());
  account.set_modern_authentication(true);
  EXPECT_THAT(fields(check_references(account, &dovecot, nullptr)), ElementsAre("modern_authentication"));
  account.set_service("gmail");
  EXPECT_THAT(fields(check_references(account, &azure, nullptr)), ElementsAre("service"));
}

TEST(object_rules, fill_in_what_was_left_out_and_nothing_else) {
  const auto type_of = [](const char* service) {
    records::Provider p;
    p.set_service(service);
    set_defaults(p);
    return p.type();
  };
  EXPECT_EQ(type_of("microsoft_azure"), "outlook365");
  EXPECT_EQ(type_of("google"), "gmail");
  EXPECT_EQ(type_of("password"), "imap");
  auto account = good_account();
  EXPECT_EQ(account.service(), "outlook365");
  EXPECT_EQ(account.folder(), "INBOX");
  EXPECT_EQ(account.catch_up(), "new");
  EXPECT_TRUE(account.active());
  account.set_folder("Other");
  const auto provider = good_provider();
  set_defaults(account, &provider);
  EXPECT_EQ(account.folder(), "Other");
}

TEST(object_fields, take_each_kind_of_value_and_refuse_others) {
  records::Provider p;
  const auto set = [&](const char* field, field_value value) {
    return set_field(p, *find_field(object_kind::provider, field), std::move(value));
  };
  EXPECT_EQ(set("imap_port", std::int64_t{143}), std::nullopt);
  EXPECT_EQ(p.imap_port(), 143U);
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65'536}, std::int64_t{1} << 40})
    EXPECT_TRUE(set("imap_port", bad)) << bad;
  EXPECT_TRUE(set("imap_port", "993"));
  EXPECT_EQ(p.imap_port(), 143U) << "what was refused changes nothing";
  EXPECT_EQ(set("client_secret_expires", "2027-01-31T00:00:00Z"), std::nullopt);
  EXPECT_EQ(p.client_secret_expires_ms(), 1'801'353'600'000);
  EXPECT_TRUE(set("client_secret_expires", "tomorrow"));
  EXPECT_TRUE(set("name", true));
  EXPECT_EQ(set("name", std::string(256, 'x')), std::nullopt);
  EXPECT_THAT(*set("name", std::string(257, 'x')), HasSubstr("256"));
  EXPECT_TRUE(set("name", std::string{"a\nb"}));
  EXPECT_TRUE(set("name", std::string{"\xc3"}));
  EXPECT_EQ(set("imap_security", "starttls"), std::nullopt);
  EXPECT_THAT(*set("imap_security", "startls"), HasSubstr("did you mean 'starttls'?"));
  records::Account a;
  EXPECT_EQ(set_field(a, *find_field(object_kind::account, "active"), true), std::nullopt);
  EXPECT_TRUE(set_field(a, *find_field(object_kind::account, "active"), std::string{"yes"}));
  EXPECT_EQ(set_field(a, *find_field(object_kind::account, "description"), std::string{"two\nlines"}), std::nullopt);
}

TEST(object_fields, all_stand_in_their_records) {
  const auto check = [](object_kind kind, google::protobuf::Message& record) {
    for (const auto& rule : fields_of(kind)) {
      if (rule.kind == field_kind::secret)
        continue;
      clear_field(record, rule);
      EXPECT_NO_FATAL_FAILURE((void)get_field(record, rule)) << rule.name;
    }
  };
  records::Tenant tenant;
  records::Provider provider;
  records::Grant grant;
  records::Account account;
  check(object_kind::tenant, tenant);
  check(object_kind::provider, provider);
  check(object_kind::grant, grant);
  check(object_kind::account, account);
}

TEST(near_miss, names_the_nearest_word_and_only_a_near_one) {
  EXPECT_EQ(near_miss(object_kind::account, "emial"), " (did you mean 'email'?)");
  EXPECT_EQ(near_miss(object_kind::account, "catchup"), " (did you mean 'catch_up'?)");
  EXPECT_EQ(near_miss(object_kind::provider, "client_secrets"), " (did you mean 'client_secret'?)");
  EXPECT_EQ(near_miss(object_kind::account, "zzzzzzzzzz"), "");
  EXPECT_EQ(near_miss(object_kind::account, std::string(10'000, 'e')), "") << "not worth the work";
}

TEST(rfc3339, reads_every_spelling_of_a_time_and_nothing_else) {
  const auto ms = [](std::string_view text) {
    const auto at = parse_rfc3339(text);
    return at ? at->time_since_epoch().count() : -1;
  };
  EXPECT_EQ(ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms("1970-01-01t00:00:01z"), 1000);
  EXPECT_EQ(ms("1970-01-01T01:30:00+01:30"), 0);
  EXPECT_EQ(ms("1969-12-31T23:00:00-01:00"), 0);
  EXPECT_EQ(ms("1970-01-01T00:00:00.5Z"), 500);
  EXPECT_EQ(ms("1970-01-01T00:00:00.1234567Z"), 123);
  EXPECT_EQ(ms("2024-02-29T12:00:00Z"), 1'709'208'000'000);
  EXPECT_EQ(ms("2016-12-31T23:59:60Z"), ms("2017-01-01T00:00:00Z"));
  for (const auto* bad :
       {"", "2024", "2024-02-29", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+01", "2024-01-01T00:00:00Zx", "2024-01-01 00:00:00Z",
        "2024-01-01T-1:00:00Z", "1969-12-31T23:59:59Z", "+024-01-01T00:00:00Z", "2024-01-01T00:00:00+24:00"})
    EXPECT_EQ(ms(bad), -1) << bad;
}

TEST(object_rules, know_the_words_of_purposes) {
  auto provider = good_provider();
  const auto found = [&](const std::string& words) {
    provider.set_purposes(words);
    return validate(provider, true);
  };
  EXPECT_THAT(found(""), IsEmpty());
  EXPECT_THAT(found("imap smtp graph_read graph_send contacts settings"), IsEmpty());
  EXPECT_THAT(found(" smtp  imap "), IsEmpty());
  ASSERT_THAT(fields(found("imap graph")), ElementsAre("purposes"));
  EXPECT_THAT(found("imap grap_read")[0].problem, HasSubstr("did you mean 'graph_read'?"));
}

} // namespace
} // namespace postroom::storage
