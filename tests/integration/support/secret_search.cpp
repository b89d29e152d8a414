#include "tests/integration/support/secret_search.hpp"

#include "base/encoding.hpp"
#include "tests/support/process.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace postroom::test {
namespace {

constexpr std::size_t secret_bytes_min = 8;

std::string percent_encoded(std::string_view text, bool upper) {
  constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    auto hex = hex_encode({&c, 1});
    if (upper)
      std::ranges::transform(hex, hex.begin(),
                             [](char digit) { return digit >= 'a' ? static_cast<char>(digit - 32) : digit; });
    out += unreserved.find(c) != std::string_view::npos ? std::string{c} : "%" + hex;
  }
  return out;
}

std::string percent_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

} // namespace

void secret_search::add(std::string what, const std::string& secret) {
  if (secret.size() < secret_bytes_min)
    throw std::invalid_argument("too short to be looked for: " + what);
  if (!known_.insert(secret).second)
    return;
  all_.push_back({std::move(what),
                  {secret, base64_encode(secret), percent_encoded(secret, true), percent_encoded(secret, false)}});
}

void secret_search::add_from(const std::vector<std::string>& conversations) {
  const std::regex in_form{
      "(?:^|[&\n?])(client_secret|code|code_verifier|refresh_token|client_assertion|password|token)="
      "([^& \r\n]+)"};
  const std::regex in_json{"\"(access_token|refresh_token|id_token|device_code)\":\"([^\"]+)\""};
  const std::regex in_sasl{"(?:AUTHENTICATE|AUTH) (?:XOAUTH2|OAUTHBEARER|PLAIN) ([A-Za-z0-9+/=]{8,})"};
  const std::regex bearer{"Authorization: Bearer ([^\r\n]+)"};
  const auto add_long = [this](const std::string& what, const std::string& secret) {
    if (secret.size() >= secret_bytes_min)
      add(what, secret);
  };
  for (const auto& said : conversations) {
    for (std::sregex_iterator at{said.begin(), said.end(), in_form}, end; at != end; ++at)
      add_long((*at)[1].str(), percent_decoded((*at)[2].str()));
    for (std::sregex_iterator at{said.begin(), said.end(), in_json}, end; at != end; ++at)
      add_long((*at)[1].str(), (*at)[2].str());
    for (std::sregex_iterator at{said.begin(), said.end(), in_sasl}, end; at != end; ++at)
      add_long("sasl", (*at)[1].str());
    for (std::sregex_iterator at{said.begin(), said.end(), bearer}, end; at != end; ++at)
      add_long("access_token", (*at)[1].str());
  }
}

std::size_t secret_search::count(std::string_view what) const {
  return static_cast<std::size_t>(std::ranges::count(all_, what, &entry::what));
}

std::set<std::string> secret_search::found_in(std::string_view text) const {
  std::set<std::string> found;
  for (const auto& each : all_)
    for (const auto& form : each.forms)
      if (text.find(form) != std::string_view::npos)
        found.insert(each.what);
  return found;
}

std::set<std::string> secret_search::found_below(const std::filesystem::path& folder) const {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator{folder})
    if (file.is_regular_file())
      for (const auto& what : found_in(read_file(file.path())))
        found.insert(what + " in " + file.path().string());
  return found;
}

} // namespace postroom::test
