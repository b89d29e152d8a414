#pragma once

#include "protocol/knowledge/entry.hpp"
#include "protocol/smtp/failure_table.hpp"

#include "records.pb.h"

#include <boost/json/object.hpp>

/// How a mail in the outbox is shown: by the API and in events alike.
namespace postroom::outbox {

/// `queued`, `sending`, …; `in_flight`: the seq of the mail whose fate is open, 0: none.
[[nodiscard]] std::string_view state_of(const records::OutboxMail& of, std::uint64_t in_flight) noexcept;

/// The seq inside an id of ours, `m42-…`; 0 when it is none.
[[nodiscard]] std::uint64_t seq_of_id(std::string_view id) noexcept;

/// What is known of a failed attempt: by the words that were said, as far as they fit the class, else by the class.
[[nodiscard]] const knowledge::entry& case_of(smtp::failure_class klass, std::string_view words);

/// Without its history.
[[nodiscard]] boost::json::object describe(const records::OutboxMail& of, std::uint64_t in_flight = 0);
[[nodiscard]] boost::json::array describe_history(const records::OutboxMail& of);

/// What the queue counts.
[[nodiscard]] boost::json::object describe(const records::Outbox& of);

} // namespace postroom::outbox
