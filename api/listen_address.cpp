#include "api/listen_address.hpp"

#include <charconv>

namespace postroom::api {

using boost::asio::ip::tcp;

result<tcp::endpoint> parse_listen_address(std::string_view text) {
  const auto wrong = fail(errc::invalid_argument, "'" + std::string{text.substr(0, 100)} +
                                                      "' is not an address like 127.0.0.1:8025 or [::1]:8025");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong;
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + colon + 1, end, port);
  if (failed != std::errc{} || stop != end)
    return wrong;
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  if (host == "localhost")
    host = "127.0.0.1";
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(std::string{host}, bad);
  if (bad || address.is_v6() != bracketed)
    return wrong;
  return tcp::endpoint{address, port};
}

bool is_loopback(const boost::asio::ip::address& address) noexcept {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

} // namespace postroom::api
