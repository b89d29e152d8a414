#include "actors/outbox/view.hpp"

#include "actors/outbox/attempt.hpp"
#include "base/clock.hpp"
#include "protocol/knowledge/recognise.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <charconv>

namespace postroom::outbox {
namespace {

using boost::json::value;
using records::OutboxMail;

value time_or_null(std::int64_t ms) {
  return ms == 0 ? value{} : value(to_rfc3339(wall_time{std::chrono::milliseconds{ms}}));
}

value text_or_null(const std::string& text) {
  return text.empty() ? value{} : value(mime::repair_utf8(text));
}

boost::json::array recipients_of(const OutboxMail& of) {
  boost::json::array out;
  for (const auto& each : of.recipients()) {
    const auto* state = each.state() == records::Recipient::ACCEPTED   ? "accepted"
                        : each.state() == records::Recipient::REJECTED ? "rejected"
                        : each.reply().empty()                         ? "waiting"
                                                                       : "deferred";
    out.push_back({{"address", each.address()}, {"state", state}, {"reply", text_or_null(each.reply())}});
  }
  return out;
}

value last_error_of(const OutboxMail& of) {
  if (of.failing_class().empty())
    return {};
  std::string words;
  for (const auto& turn : of.history())
    if (!turn.failure_class().empty())
      words = turn.reply();
  const auto klass = smtp::failure_class_of(of.failing_class());
  if (!klass)
    return {};
  const auto& known = case_of(*klass, words);
  return boost::json::object{
      {"class", of.failing_class()}, {"detail", mime::repair_utf8(words)}, {"cause", known.key},
      {"meaning", known.meaning},    {"who_acts", to_string(known.who)},   {"remedy", known.remedy}};
}

} // namespace

std::string_view state_of(const OutboxMail& of, std::uint64_t in_flight) noexcept {
  if (in_flight != 0 && of.seq() == in_flight)
    return "sending";
  constexpr std::array<std::string_view, 6> names{"queued", "deferred", "held", "sent", "failed", "cancelled"};
  const auto index = static_cast<std::size_t>(of.state());
  return index < names.size() ? names[index] : names[0];
}

std::uint64_t seq_of_id(std::string_view id) noexcept {
  std::uint64_t seq = 0;
  if (!id.starts_with('m'))
    return 0;
  const auto [end, failed] = std::from_chars(id.data() + 1, id.data() + id.size(), seq);
  return failed == std::errc{} ? seq : 0;
}

const knowledge::entry& case_of(smtp::failure_class klass, std::string_view words) {
  const auto& general = smtp::case_of(klass);
  const auto* known = knowledge::recognise(words);
  if (!known)
    return general;
  // Without a token there is no login: then the words are those of the identity platform.
  const bool of_login = klass == smtp::failure_class::auth_rejected || klass == smtp::failure_class::auth_unavailable;
  const bool fits = known->from == knowledge::origin::identity ? of_login : known->kind == general.kind;
  return fits ? *known : general;
}

boost::json::object describe(const OutboxMail& of, std::uint64_t in_flight) {
  return {{"id", of.id()},
          {"account", of.account()},
          {"seq", of.seq()},
          {"state", state_of(of, in_flight)},
          {"message_id", of.message_id()},
          {"server_message_id", text_or_null(of.server_message_id())},
          {"in_reply_to", text_or_null(of.in_reply_to())},
          {"from", of.mail_from()},
          {"subject", mime::repair_utf8(of.subject())},
          {"size", of.size()},
          {"recipients", recipients_of(of)},
          {"created", time_or_null(of.created_ms())},
          {"updated", time_or_null(of.updated_ms())},
          {"next_try", of.state() == OutboxMail::DEFERRED ? time_or_null(of.next_try_ms()) : value{}},
          {"attempts", of.attempts()},
          {"in_doubt", in_flight != 0 && of.seq() == in_flight && in_doubt(of)},
          {"last_error", last_error_of(of)}};
}

boost::json::array describe_history(const OutboxMail& of) {
  boost::json::array out;
  for (const auto& turn : of.history())
    out.push_back({{"time", time_or_null(turn.time_ms())},
                   {"outcome", turn.outcome()},
                   {"class", text_or_null(turn.failure_class())},
                   {"where", text_or_null(turn.where())},
                   {"reply", text_or_null(turn.reply())},
                   {"host", text_or_null(turn.host())}});
  return out;
}

boost::json::object describe(const records::Outbox& of) {
  const std::uint64_t sending = of.in_flight() != 0 ? 1 : 0;
  return {{"queued", of.queued() - std::min(of.queued(), sending)},
          {"sending", sending},
          {"deferred", of.deferred()},
          {"held", of.held()},
          {"bytes", of.bytes()},
          {"sent", of.sent()},
          {"failed", of.failed()},
          {"cancelled", of.cancelled()}};
}

} // namespace postroom::outbox
