#include "storage/provider_lint.hpp"

#include "base/ascii.hpp"
#include "base/certificate.hpp"
#include "base/guid.hpp"
#include "base/loopback.hpp"
#include "storage/microsoft_lint.hpp"
#include "storage/url_parts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace postroom::storage {
namespace {

using namespace std::string_view_literals;
using std::chrono::days;

/// The portal offers no more than 24 months and recommends less than 12; months are counted long, so that none of the
/// offered choices is complained about for a day.
constexpr days secret_life_max{24 * 31};
constexpr days secret_life_wise{12 * 31};
/// What is left to act without haste.
constexpr days expiry_near{30};

bool looks_like_domain(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.front() != '.' && text.back() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool is_of_several_directories(std::string_view directory) {
  return directory == "organizations" || directory == "common";
}

std::string in_days(std::chrono::milliseconds left) {
  const auto count = std::chrono::floor<days>(left).count();
  return count == 1 ? "1 day" : std::to_string(count) + " days";
}

/// One look at one provider.
class provider_look {
public:
  provider_look(const records::Provider& of, const provider_credentials& with, wall_time now)
      : of_(of), with_(with), now_(now), microsoft_(of.service() == "microsoft_azure"),
        google_(of.service() == "google") {}

  lint_warnings take() {
    type();
    ids();
    if (with_.client_secret && !with_.client_secret->empty())
      secret_value(with_.client_secret->expose());
    secret_end();
    redirect_uri();
    if (microsoft_) {
      lint_scope(of_, found_);
      lint_cloud(of_, found_);
    }
    certificate();
    if (microsoft_)
      directories();
    proxy();
    return std::move(found_);
  }

private:
  void warn(std::string_view field, std::string problem, std::string remedy) {
    found_.push_back({std::string{field}, std::move(problem), std::move(remedy)});
  }

  [[nodiscard]] bool has_secret() const {
    return !of_.client_secret().empty() || (with_.client_secret && !with_.client_secret->empty());
  }

  void type() {
    if (microsoft_ && of_.type() == "gmail")
      warn("type", "is gmail, but Microsoft's tokens open no Google mailbox",
           "Choose outlook365, or the service google.");
    if (google_ && of_.type() == "outlook365")
      warn("type", "is outlook365, but Google's tokens open no Exchange mailbox",
           "Choose gmail, or the service microsoft_azure.");
    if (of_.service() == "password" && of_.type() == "outlook365")
      warn("type", "is outlook365 with passwords, which Exchange Online no longer takes for IMAP",
           "Choose the service microsoft_azure: Modern Authentication.");
    if (of_.service() == "password" && of_.type() == "gmail")
      warn("type", "is gmail with passwords: Google takes only app passwords, where the organisation allows them",
           "Choose the service google, or use an app password.");
  }

  void ids() {
    const auto& app = of_.application_id();
    const auto& directory = of_.directory_id();
    if (google_ && !app.empty() && !app.ends_with(".apps.googleusercontent.com"))
      warn("application_id", "is not a client ID of Google, which ends with .apps.googleusercontent.com",
           "Copy the Client ID from Google Cloud console > APIs & Services > Credentials.");
    if (!microsoft_)
      return;
    const bool directory_word = is_of_several_directories(directory) || directory == "consumers";
    if (is_guid(directory) && !is_guid(app) &&
        (looks_like_domain(app) || is_of_several_directories(app) || app == "consumers")) {
      warn("application_id", "looks like a directory, and directory_id like an application: they seem to be swapped",
           "Copy both from the app registration's Overview: Application (client) ID and Directory (tenant) ID.");
      return;
    }
    if (!is_guid(app))
      warn("application_id", "is not a GUID like 11111111-2222-3333-4444-555555555555",
           "Copy the Application (client) ID from the app registration's Overview; its name or URI will not do.");
    if (!is_guid(directory) && !directory_word && !looks_like_domain(directory))
      warn("directory_id", "is neither a GUID nor a domain nor organizations, common or consumers",
           "Copy the Directory (tenant) ID from the app registration's Overview.");
    if (is_guid(app) && ascii_iequals(app, directory))
      warn("directory_id", "is the same as application_id",
           "Copy the Directory (tenant) ID from the app registration's Overview.");
  }

  void secret_value(std::string_view value) {
    const auto is_around = [](char c) {
      return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '"' || c == '\'';
    };
    if (is_around(value.front()) || is_around(value.back()))
      warn("client_secret", "begins or ends with a blank or a quotation mark",
           "Set it again without what was pasted along.");
    while (!value.empty() && is_around(value.front()))
      value.remove_prefix(1);
    while (!value.empty() && is_around(value.back()))
      value.remove_suffix(1);
    if (microsoft_ && is_guid(value))
      warn("client_secret", "looks like the secret's ID, not its value",
           "Copy the column Value of Certificates & secrets. It is shown only once: if it is gone, make a new secret.");
  }

  void secret_end() {
    if (!has_secret() || !microsoft_)
      return; // Google's secrets do not end
    if (of_.client_secret_expires_ms() == 0) {
      warn("client_secret_expires", "is not set, so nobody will be warned before the secret ends",
           "Set the column Expires of Certificates & secrets.");
      return;
    }
    end_of("client_secret_expires", "the client secret", of_.client_secret_expires_ms(),
           "Make a new client secret and hand it in; the old one works meanwhile.");
    const std::chrono::milliseconds left{of_.client_secret_expires_ms() - now_.time_since_epoch().count()};
    if (left > secret_life_max)
      warn("client_secret_expires", "is more than 24 months away, which no client secret of Entra lasts",
           "Check the column Expires of Certificates & secrets.");
    else if (left > secret_life_wise)
      warn("client_secret_expires", "is more than 12 months away; Microsoft recommends less than 12",
           "Choose a shorter life with the next secret.");
  }

  void end_of(std::string_view field, const std::string& what, std::int64_t end_ms, const std::string& remedy) {
    const std::chrono::milliseconds left{end_ms - now_.time_since_epoch().count()};
    if (left <= std::chrono::milliseconds{0})
      warn(field, "is past: " + what + " has expired", remedy);
    else if (left <= expiry_near)
      warn(field, "is near: " + what + " expires in " + in_days(left), remedy);
  }

  void redirect_uri() {
    const auto& uri = of_.redirect_uri();
    const auto wanted = callback_path(of_.service());
    if (uri.empty() || wanted.empty())
      return;
    const auto example = "Register https://<this gateway>" + std::string{wanted} + " and set the same here.";
    if (uri.starts_with("http://"))
      warn("redirect_uri", "is not https, so the browser sends the authorization code unencrypted", example);
    if (host_of_url(uri) == "localhost")
      warn("redirect_uri", "names localhost, which is the administrator's own machine in the administrator's browser",
           example);
    auto path = path_of_url(uri);
    if (path.find_first_of("?#") != std::string_view::npos)
      warn("redirect_uri", "has a query or fragment; the platform compares the whole", example);
    path = path.substr(0, path.find_first_of("?#"));
    if (path.ends_with('/') && path.substr(0, path.size() - 1) == wanted)
      warn("redirect_uri", "ends with a slash; the platform compares every character", example);
    else if (path != wanted)
      warn("redirect_uri", "has another path than " + std::string{wanted} + ", where sign-ins are taken back", example);
  }

  void certificate() {
    const bool has_key = with_.has_certificate_key || !of_.certificate_key().empty();
    if (of_.certificate().empty()) {
      if (has_key)
        warn("certificate", "is missing, so its private key is of no use", "Hand in the certificate as PEM.");
      return;
    }
    if (!has_key)
      warn("certificate_key", "is missing, so the certificate is of no use", "Hand in its private key as PEM.");
    const auto facts = read_certificate(of_.certificate());
    if (!facts) {
      warn("certificate", "is not a certificate in PEM", "Hand in the text from -----BEGIN CERTIFICATE----- on.");
      return;
    }
    if (facts->not_before > now_)
      warn("certificate", "is not valid before " + to_rfc3339(facts->not_before), "Check this machine's clock.");
    end_of("certificate", "the certificate", facts->not_after.time_since_epoch().count(),
           "Upload a new certificate to the app registration and hand it in with its key.");
  }

  void directories() {
    if (of_.directory_id() == "consumers")
      warn("directory_id", "is consumers: only personal accounts can sign in, and they have no shared mailboxes",
           "Set your Directory (tenant) ID.");
    if (is_of_several_directories(of_.directory_id()) && of_.allowed_directories().empty())
      warn("allowed_directories",
           "is empty with the directory " + of_.directory_id() + ": people of any organisation may sign in",
           "Name the directories whose people may, or set your own as directory_id.");
  }

  void proxy() {
    const std::string_view proxy = of_.proxy();
    if (!proxy.starts_with("http://"))
      return;
    const auto authority = proxy.substr(0, proxy.find('/', "http://"sv.size()));
    const bool credentials =
        authority.find('@') != std::string_view::npos || !of_.proxy_password().empty() || with_.has_proxy_password;
    if (credentials && !is_loopback_host(host_of_url(proxy)))
      warn("proxy", "is given its user and password unencrypted",
           "Let the proxy know the gateway by its address, or reach it through a tunnel on this machine.");
  }

  const records::Provider& of_;
  const provider_credentials& with_;
  wall_time now_;
  bool microsoft_;
  bool google_;
  lint_warnings found_;
};

} // namespace

lint_warnings lint(const records::Provider& of, const provider_credentials& with, wall_time now) {
  return provider_look{of, with, now}.take();
}

std::string_view callback_path(std::string_view service) noexcept {
  if (service == "microsoft_azure")
    return "/api/cloudProviders/oauth2/microsoft/callback";
  if (service == "google")
    return "/api/cloudProviders/oauth2/google/callback";
  if (service == "generic_oidc")
    return "/api/cloudProviders/oauth2/oidc/callback";
  return {};
}

} // namespace postroom::storage
