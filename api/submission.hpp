#pragma once

#include "api/body_intake.hpp"
#include "api/outbox_requests.hpp"

#include "records.pb.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

/// From what an application asked for to a stored mail.
namespace postroom::api {

/// A mail that is ready to be handed to its outbox.
struct ready_mail {
  std::shared_ptr<records::OutboxMail> record;
  std::shared_ptr<const std::string> body; ///< a small one; else it is staged
  bool hold = false;
};
using ready_or_problem = boost::system::result<ready_mail, problem>;

/// Checks the mail, finds what it refers to, and writes it. The sender must be `account`'s address.
[[nodiscard]] awaitable<ready_or_problem> compose_mail(const services& world, request& what,
                                                       const records::Account& account, mail_wish wish);

/// Takes a whole mail as it streams in; `digest` gets all of it, if there is one.
[[nodiscard]] awaitable<ready_or_problem> take_raw_mail(const services& world, request& what,
                                                        const records::Account& account, sha256_stream* digest);

/// What an answer takes from the message that it answers: recipients, subject, thread – where the application has not
/// said otherwise. `data` is the message's event data.
void make_reply(mail_wish& wish, std::string_view data, const std::string& own_address);
/// Likewise of a message that is passed on.
void make_forward(mail_wish& wish, std::string_view data);

} // namespace postroom::api
