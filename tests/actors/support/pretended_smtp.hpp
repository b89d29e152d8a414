#pragma once

#include "net/smtp_link.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postroom {

/// SMTP servers that exist only in the test, served at once on the caller's thread through the interface that real
/// links have: one for each user who logs in.
class pretended_smtp final : public net::smtp_dialer {
public:
  enum class mood : std::uint8_t {
    serves,
    silent,         ///< the connection never comes up
    refuses,        ///< the connection is refused
    rejects_login,  ///< 535
    holds_envelope, ///< no answer to MAIL and RCPT
    holds_verdict,  ///< takes the mail and does not answer
    loses_verdict,  ///< takes the mail and hangs up
  };
  struct delivered {
    smtp::envelope envelope;
    std::string body;
    std::vector<std::string> recipients; ///< those it was taken for
  };
  struct account {
    pretended_smtp::mood mood = mood::serves;
    std::map<std::string, smtp::reply> refused; ///< recipients, with the server's answer
    std::size_t recipients_max = 1'000;         ///< of one mail; the others are told `452 4.5.3`
    smtp::reply verdict{250, {}, "2.0.0 OK"};
    smtp::reply sender{250, {}, "OK"};        ///< to MAIL
    std::optional<smtp::reply> login_refused; ///< with these words
    std::size_t resets = 0;
    std::vector<delivered> mails; ///< what the server has taken
    std::size_t dialled = 0;
    std::vector<std::string> tokens; ///< one for each time it was dialled
  };
  /// One connection, as the server sees it.
  struct session {
    net::smtp_target target;
    std::shared_ptr<net::smtp_link_listener> ear;
    account* served = nullptr;
    delivered mail; ///< under way
    [[nodiscard]] bool open() const { return ear != nullptr; }
  };

  std::map<std::string, account> accounts; ///< by user; made when first dialled
  std::vector<std::shared_ptr<session>> sessions;

  [[nodiscard]] std::unique_ptr<net::smtp_link> open(net::smtp_target target,
                                                     std::shared_ptr<net::smtp_link_listener> ear) override;
  [[nodiscard]] std::size_t open_count() const;
  /// The verdict that was held back.
  static void answer_verdict(session& of);
  /// The connection breaks.
  static void drop(session& which, error why, smtp::phase where = smtp::phase::message);
};

} // namespace postroom
