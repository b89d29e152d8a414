#include "api/submission.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>

/// Replies and forwards: what a new mail takes from a received one.
namespace postroom::api {
namespace {

namespace dom = simdjson::dom;

std::string text_of(dom::element from) {
  std::string_view text;
  return from.get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

std::string text_of(simdjson::simdjson_result<dom::element> from) {
  dom::element value;
  return from.get(value) == simdjson::SUCCESS ? text_of(value) : std::string{};
}

std::vector<mime::address> addresses_of(simdjson::simdjson_result<dom::element> from) {
  std::vector<mime::address> out;
  dom::array list;
  if (from.get(list) != simdjson::SUCCESS)
    return out;
  for (const auto each : list) {
    mime::address one{text_of(each["name"]), text_of(each["address"])};
    if (!one.address.empty())
      out.push_back(std::move(one));
  }
  return out;
}

bool holds(const std::vector<mime::address>& list, const std::string& address) {
  return std::ranges::any_of(list, [&](const mime::address& each) { return ascii_iequals(each.address, address); });
}

/// `Re: ` before a subject that has none (RFC 5322 §3.6.5); no longer than a mail of ours may have it.
std::string prefixed(std::string_view prefix, std::string subject) {
  if (!ascii_iequals(std::string_view{subject}.substr(0, prefix.size()), prefix))
    subject = std::string{prefix}.append(" ").append(subject);
  subject.resize(utf8_prefix(subject, limits::submission_subject_bytes_max).size());
  return subject;
}

/// Ids that no mail of ours may hold are left out: an answer outside the thread is better than none.
bool can_be_referred_to(const std::string& id) {
  return !id.empty() && id.size() <= limits::submission_id_bytes_max &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 127 && c != '<' && c != '>'; });
}

} // namespace

void make_reply(mail_wish& wish, std::string_view data, const std::string& own_address) {
  dom::parser parser;
  const simdjson::padded_string padded{data};
  dom::element of;
  if (parser.parse(padded).get(of) != simdjson::SUCCESS)
    return;
  auto& mail = wish.message;
  auto author = addresses_of(of["reply_to"]);
  if (author.empty())
    author = addresses_of(of["from"]);
  if (mail.to.empty())
    mail.to = author;
  if (wish.reply_to_all && mail.cc.empty())
    for (const auto* name : {"to", "cc"})
      for (auto& each : addresses_of(of[name]))
        if (!ascii_iequals(each.address, own_address) && !holds(mail.to, each.address) &&
            !holds(mail.cc, each.address) && !mime::problem_of_address(each.address))
          mail.cc.push_back(std::move(each));
  if (mail.subject.empty())
    mail.subject = prefixed("Re:", text_of(of["subject"]));
  mail.in_reply_to = text_of(of["internet_message_id"]);
  dom::array references;
  if (of["thread"]["references"].get(references) == simdjson::SUCCESS)
    for (const auto each : references)
      mail.references.push_back(text_of(each));
  if (mail.references.empty())
    if (auto parent = text_of(of["thread"]["in_reply_to"]); !parent.empty())
      mail.references.push_back(std::move(parent));
  mail.references.push_back(mail.in_reply_to);
  std::erase_if(mail.references, [](const std::string& id) { return !can_be_referred_to(id); });
  if (!can_be_referred_to(mail.in_reply_to))
    mail.in_reply_to.clear();
  // The first names the thread, the last ones its place in it.
  if (mail.references.size() > limits::mime_references_max)
    mail.references.erase(mail.references.begin() + 1,
                          mail.references.begin() + 1 +
                              static_cast<std::ptrdiff_t>(mail.references.size() - limits::mime_references_max));
}

void make_forward(mail_wish& wish, std::string_view data) {
  dom::parser parser;
  const simdjson::padded_string padded{data};
  dom::element of;
  if (wish.message.subject.empty() && parser.parse(padded).get(of) == simdjson::SUCCESS)
    wish.message.subject = prefixed("Fwd:", text_of(of["subject"]));
}

} // namespace postroom::api
