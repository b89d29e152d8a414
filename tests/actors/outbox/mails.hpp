#pragma once

#include "base/clock.hpp"
#include "protocol/smtp/reply.hpp"

#include "records.pb.h"

#include <string>
#include <vector>

/// Mails and replies as tests need them.
namespace postroom::outbox {

inline constexpr wall_time start_of_tests{std::chrono::hours{24 * 20'000}};

/// One that has just been handed in, to so many recipients `r0@example.com`, …
inline records::OutboxMail new_mail(std::size_t recipients = 1, wall_time at = start_of_tests) {
  records::OutboxMail mail;
  mail.set_mail_from("sales@example.com");
  mail.set_message_id("one@postroom.example");
  mail.set_size(100);
  mail.set_chunks(1);
  mail.set_blob(std::string(16, 'b'));
  mail.set_created_ms(at.time_since_epoch().count());
  mail.set_updated_ms(at.time_since_epoch().count());
  for (std::size_t i = 0; i < recipients; ++i)
    mail.add_recipients()->set_address("r" + std::to_string(i) + "@example.com");
  return mail;
}

inline const smtp::reply yes{250, smtp::enhanced_status{2, 0, 0}, "OK"};
inline const smtp::reply no_such_user{550, smtp::enhanced_status{5, 1, 1}, "no such user"};
inline const smtp::reply greylisted{450, smtp::enhanced_status{4, 2, 0}, "greylisted"};
inline const smtp::reply too_fast{432, smtp::enhanced_status{4, 3, 2}, "Concurrent connections limit exceeded"};
inline const smtp::reply bad_content{554, smtp::enhanced_status{5, 7, 1}, "content refused"};
inline const smtp::reply not_now{451, smtp::enhanced_status{4, 3, 0}, "try again"};

} // namespace postroom::outbox
