#include "protocol/oauth2/metadata.hpp"

#include "base/ascii.hpp"
#include "protocol/http/loopback.hpp"
#include "protocol/oauth2/issuer.hpp"
#include "protocol/oauth2/json_reader.hpp"

namespace postroom::oauth2 {
namespace {

error violation(std::string_view key, const char* what) {
  return fail(errc::protocol_violation, "discovery document: " + std::string{key} + ' ' + what);
}

/// Hosts that the document may name.
class trust {
public:
  trust(std::string_view discovery_host, std::string_view others) : own_(discovery_host), others_(others) {}

  [[nodiscard]] bool allows(std::string_view host) const {
    if (ascii_iequals(host, own_))
      return true;
    for (auto rest = others_; !rest.empty();) {
      const auto end = rest.find(' ');
      if (ascii_iequals(host, rest.substr(0, end)) && !host.empty())
        return true;
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    return false;
  }

private:
  std::string_view own_;
  std::string_view others_;
};

enum class need : std::uint8_t { required, optional };

/// `address` as a URL has a GUID where the document's may have the placeholder.
result<void> check_address(std::string_view key, std::string_view address, const trust& trusted) {
  const auto url = http::parse_url(address);
  if (!url)
    return violation(key, "is no URL");
  if (!http::may_carry_secrets(*url))
    return violation(key, "is not https");
  if (address.find('#') != address.npos)
    return violation(key, "has a fragment");
  if (!trusted.allows(url->host))
    return violation(key, "is on a host that is not trusted");
  return {};
}

result<std::string> read_endpoint(const simdjson::dom::element& document, std::string_view key, need how,
                                  const trust& trusted) {
  const auto address = text_of(document, key);
  if (address.empty() && how == need::optional)
    return std::string{};
  if (address.empty())
    return violation(key, "is missing");
  if (auto checked = check_address(key, address, trusted); !checked)
    return checked.error();
  return std::string{address};
}

result<std::string> read_issuer(const simdjson::dom::element& document, const trust& trusted) {
  constexpr std::string_view any_directory = "00000000-0000-0000-0000-000000000000";
  const auto issuer = text_of(document, "issuer");
  if (issuer.empty())
    return violation("issuer", "is missing");
  if (issuer.size() > issuer_bytes_max)
    return violation("issuer", "is longer than 2 KiB");
  if (auto checked = check_address("issuer", issuer_for(issuer, any_directory), trusted); !checked)
    return checked.error();
  return std::string{issuer};
}

/// `graph.microsoft.com`. Tokens for Graph are sent there, hence it must be trusted, too; but mail works without it.
std::string read_graph_host(const simdjson::dom::element& document, const trust& trusted) {
  const auto host = text_of(document, "msgraph_host");
  const auto url = http::parse_url("https://" + std::string{host});
  if (!url || host.find_first_of("/?#") != host.npos || !trusted.allows(url->host))
    return {};
  return std::string{host};
}

} // namespace

result<metadata> parse_metadata(std::string_view json, std::string_view discovery_url, std::string_view trusted_hosts) {
  const auto source = http::parse_url(discovery_url);
  if (!source)
    return fail(errc::protocol_violation, "the discovery document has no address");
  const open_json document{json};
  if (document.object() == nullptr)
    return fail(errc::protocol_violation, "the discovery document is not a JSON object of at most 1 MiB");
  const trust trusted{source->host, trusted_hosts};
  metadata out;
  auto issuer = read_issuer(*document.object(), trusted);
  if (!issuer)
    return issuer.error();
  out.issuer = std::move(*issuer);
  struct row {
    std::string_view key;
    need how;
    std::string metadata::*into;
  };
  for (const auto& [key, how, into] :
       {row{"authorization_endpoint", need::required, &metadata::authorization_endpoint},
        row{"token_endpoint", need::required, &metadata::token_endpoint},
        row{"device_authorization_endpoint", need::optional, &metadata::device_authorization_endpoint},
        row{"revocation_endpoint", need::optional, &metadata::revocation_endpoint},
        row{"jwks_uri", need::required, &metadata::jwks_uri}}) {
    auto read = read_endpoint(*document.object(), key, how, trusted);
    if (!read)
      return read.error();
    out.*into = std::move(*read);
  }
  out.graph_host = read_graph_host(*document.object(), trusted);
  return out;
}

} // namespace postroom::oauth2
