#pragma once

#include "sim/smtp/face.hpp"
#include "sim/smtp/submission.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// Who may not sign in, and which mails are not taken. Nothing is changed but what a mail is booked as.
namespace postroom::sim {

/// The fault of this kind that holds for one of the names; empty ones are nobody's.
[[nodiscard]] const fault* find_fault(const submission_services& services, fault_kind kind,
                                      std::initializer_list<std::string_view> names);

/// Why nobody signs in as `user` with this token; nothing: they do. Exchange Online: the user whose token it is, never
/// one of the mailboxes they may open; with an app-only token each mailbox the application may open. What an
/// administrator has switched off is told before whose token it is, once it is a good one at all.
[[nodiscard]] std::optional<smtp_reply> refuse_token(const submission_services& services, const std::string& user,
                                                     const std::string& token);
/// The same with a password, where the face takes passwords.
[[nodiscard]] std::optional<smtp_reply> refuse_password(const submission_services& services, const std::string& user,
                                                        const std::string& password);

/// Why MAIL is refused, before there is a mail.
[[nodiscard]] std::optional<smtp_reply> refuse_sender(const submission_services& services, const std::string& user,
                                                      const envelope_sender& from);
/// Why a complete mail is not taken; nothing: it is, and its recipients are booked. `seat`: the user's connection.
[[nodiscard]] std::optional<smtp_reply> refuse_mail(submission_services& services, const submitted_mail& mail,
                                                    const submission_usage::seat& seat);

} // namespace postroom::sim
