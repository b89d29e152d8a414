#pragma once

#include "tests/integration/support/office.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <string>

/// What tests of sending do again and again.
namespace postroom::test {

/// An office whose delegate sends through Postfix, which puts copies into the delegate's Sent.
[[nodiscard]] office_options sending_office(postfix_options submission = {});
/// An office that sends to a plain server of the test's own on this port; copies are the test's business.
[[nodiscard]] office_options office_sending_to(std::uint16_t port);

/// A short mail to `to` with this subject.
[[nodiscard]] boost::json::object letter(const std::string& to, const std::string& subject);

/// Hands it in; the answer must be 202. Its mail.
boost::json::object submit(office& world, const std::string& mailbox, const boost::json::object& mail);
[[nodiscard]] api::test::answer try_submit(office& world, const std::string& mailbox, const boost::json::object& mail,
                                           const std::string& idempotency_key = {});
/// The mail with its history as it stands now.
[[nodiscard]] boost::json::object mail_now(office& world, const boost::json::object& mail);
/// Waits until the mail is in the state; how it stands in the end.
[[nodiscard]] boost::json::object await_state(office& world, const boost::json::object& mail, const std::string& state,
                                              std::chrono::seconds deadline = std::chrono::seconds{20});
/// Does something to it: cancel, hold, release, requeue.
[[nodiscard]] api::test::answer act(office& world, const boost::json::object& mail, const std::string& action);

[[nodiscard]] std::string text_of(const boost::json::object& from, std::string_view name);
/// Class of `last_error`; empty: none.
[[nodiscard]] std::string class_of(const boost::json::object& mail);
/// With angle brackets.
[[nodiscard]] std::string id_in_header(const boost::json::object& mail);

} // namespace postroom::test
