#pragma once

#include "net/http_client.hpp"
#include "net/imap_dialer.hpp"
#include "net/smtp_link.hpp"

#include <stdexcept>

/// For tests in which nobody may go to the network this way.
namespace postroom {

class unused_dialer final : public net::imap_dialer {
public:
  std::unique_ptr<net::imap_link> open(net::imap_target, std::shared_ptr<net::imap_link_listener>) override {
    throw std::logic_error("no IMAP link was expected");
  }
};

class unused_smtp final : public net::smtp_dialer {
public:
  std::unique_ptr<net::smtp_link> open(net::smtp_target, std::shared_ptr<net::smtp_link_listener>) override {
    throw std::logic_error("no SMTP link was expected");
  }
};

class unused_http final : public net::http_client {
public:
  void send(net::http_request, std::string, std::function<void(result<net::http_answer>)>) override {
    throw std::logic_error("no HTTP request was expected");
  }
};

} // namespace postroom
