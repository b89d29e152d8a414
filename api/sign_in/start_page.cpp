#include "api/sign_in/start_page.hpp"

#include "api/sign_in/html_page.hpp"
#include "protocol/http/url.hpp"

namespace postroom::api::sign_in {
namespace {

/// Browsers hold the whole way of a form against its page's policy, redirects included, and platforms send on to the
/// directories of others: which ones, nobody knows before.
std::string ways_of(const result<http::url>& platform) {
  return platform && !platform->tls ? "http://" + platform->authority() : "https:";
}

} // namespace

response start_page(const records::SignIn& of) {
  const auto platform = http::parse_url(of.authorize_url());
  const bool consent = of.purpose() == "admin_consent";
  html_page page{200, html_page::mood::good, consent ? "Consent for Postroom" : "Sign in for Postroom"};
  page.paragraph(consent ? "You are asked, as an administrator, to consent that Postroom opens mailboxes of your "
                           "directory."
                         : "You are asked to sign in, so that Postroom can open the mailboxes that you may open.");
  page.facts({{"You go on at", platform ? platform->host : std::string{}}, {"Sign in as", of.delegate()}});
  page.button("Go on", ways_of(platform));
  page.paragraph("Only there you are asked for a password. If you do not know who sent you this link, close the "
                 "window.");
  return page.finish();
}

} // namespace postroom::api::sign_in
