#include "sim/control/control_api.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::uint64_t limit_default = 1'000;
constexpr std::uint64_t limit_max = 10'000;

struct page {
  std::uint64_t after = 0;
  std::uint64_t limit = limit_default;
};

bool read_number(const form_fields& query, const char* name, std::uint64_t& into) {
  const auto found = query.find(name);
  if (found == query.end())
    return true;
  const auto& text = found->second;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failure == std::errc{} && end == text.data() + text.size() && !text.empty();
}

result<page> read_page(const form_fields& query) {
  page wanted;
  if (!read_number(query, "after", wanted.after))
    return fail(errc::invalid_argument, "after is a seq");
  if (!read_number(query, "limit", wanted.limit) || wanted.limit == 0 || wanted.limit > limit_max)
    return fail(errc::invalid_argument, "limit is between 1 and " + std::to_string(limit_max));
  return wanted;
}

json::object entry_json(const delivered_mail& mail) {
  return {{"seq", mail.seq},           {"mailbox", mail.mailbox},
          {"folder", mail.folder},     {"uidvalidity", mail.uid_validity},
          {"uid", mail.uid},           {"message_id", mail.message_id},
          {"sha256", mail.sha256},     {"octets", mail.octets},
          {"at", to_rfc3339(mail.at)}, {"origin", to_string(mail.origin)}};
}

json::object entry_json(const submitted_entry& mail) {
  return {{"seq", mail.seq},
          {"user", mail.user},
          {"mail_from", mail.mail_from},
          {"recipients", json::array(mail.recipients.begin(), mail.recipients.end())},
          {"message_id", mail.message_id},
          {"sha256", mail.sha256},
          {"octets", mail.octets},
          {"at", to_rfc3339(mail.at)},
          {"answer", mail.answer},
          {"taken", mail.taken}};
}

template <class Entry>
http_response page_json(const std::vector<Entry>& entries, std::uint64_t after, std::uint64_t forgotten) {
  json::array mails;
  for (const auto& each : entries)
    mails.push_back(entry_json(each));
  return json_answer(json::object{{"mails", std::move(mails)},
                                  {"next_after", entries.empty() ? after : entries.back().seq},
                                  {"forgotten", forgotten}});
}

http_response get_delivered(const control_call& call) {
  const auto& records = call.world.records;
  const auto wanted = read_page(call.query);
  if (!wanted)
    return refusal(wanted.error());
  return page_json(records.delivered(wanted->after, wanted->limit), wanted->after, records.delivered_forgotten());
}

http_response get_submitted(const control_call& call) {
  const auto& records = call.world.records;
  const auto wanted = read_page(call.query);
  if (!wanted)
    return refusal(wanted.error());
  return page_json(records.submitted(wanted->after, wanted->limit), wanted->after, records.submitted_forgotten());
}

constexpr std::array<control_route, 2> journal_table{
    {{http::verb::get, "/v1/delivered", "mails that came into mailboxes: ?after=<seq>&limit=<number>", get_delivered},
     {http::verb::get, "/v1/submitted", "mails handed in by SMTP, and the answer: ?after=<seq>&limit=<number>",
      get_submitted}}};

} // namespace

std::span<const control_route> journal_routes() {
  return journal_table;
}

} // namespace postroom::sim
