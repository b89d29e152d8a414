#include "protocol/mime/event_data.hpp"

#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "protocol/mime/json_writer.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>

namespace postroom::mime {

namespace {

void write_addresses(json_writer& json, std::string_view name, const std::vector<address>& list) {
  json.key(name);
  json.begin_array();
  for (const auto& [display_name, address] : list) {
    json.begin_object();
    json.member("name", display_name);
    json.member("address", address);
    json.end_object();
  }
  json.end_array();
}

void write_attachments(json_writer& json, const std::vector<attachment>& list) {
  json.key("attachments");
  json.begin_array();
  for (const auto& one : list) {
    json.begin_object();
    json.member("part", one.part);
    json.member("filename", one.filename);
    json.member("content_type", one.content_type);
    json.member("size", one.bytes);
    json.member("disposition", one.disposition == disposition::embedded ? "inline" : "attachment");
    json.member("content_id", one.content_id);
    json.end_object();
  }
  json.end_array();
}

void write_headers(json_writer& json, const parsed_message& message) {
  write_addresses(json, "from", message.from);
  write_addresses(json, "sender", message.sender);
  write_addresses(json, "reply_to", message.reply_to);
  write_addresses(json, "to", message.to);
  write_addresses(json, "cc", message.cc);
  write_addresses(json, "bcc", message.bcc);
  json.member("subject", message.subject);
  json.key("date");
  if (message.date)
    json.value(to_rfc3339(*message.date));
  else
    json.null();
  json.key("thread");
  json.begin_object();
  json.member("in_reply_to", message.in_reply_to);
  json.member("references", message.references);
  json.member("thread_topic", message.thread_topic);
  json.member("thread_index", message.thread_index);
  json.end_object();
}

void write_automatic(json_writer& json, const parsed_message& message) {
  json.member("automatic", message.automatic != automatic_kind::none);
  json.member("automatic_kind", to_string(message.automatic));
  json.member("auto_submitted", message.auto_submitted);
  json.member("precedence", message.precedence);
  json.member("list_id", message.list_id);
  json.member("x_auto_response_suppress", message.x_auto_response_suppress);
}

/// A hash input in which no two lists of fields look alike.
void add_field(std::string& input, std::string_view field) {
  input.append(std::to_string(field.size())).push_back(':');
  input.append(field);
}

} // namespace

std::string message_event_data(const message_facts& facts, const parsed_message& message) {
  json_writer json(2048 + message.text.size() + message.text.size() / 16 + message.html.size() +
                   message.html.size() / 16);
  json.begin_object();
  json.member("account", facts.account.str());
  json.member("folder", repair_utf8(facts.folder));
  json.member("uid", facts.uid.value);
  json.member("uid_validity", facts.uid_validity.value);
  json.member("message_id", facts.stable_id.str());
  json.member("internet_message_id", message.message_id);
  write_headers(json, message);
  json.member("received_at", to_rfc3339(facts.received));
  json.member("size", facts.size_bytes);
  json.key("flags");
  json.begin_array();
  for (const auto& flag : facts.flags)
    json.value(repair_utf8(flag));
  json.end_array();
  json.member("seen_before", facts.seen_before);
  json.member("text", message.text);
  json.member("text_truncated", message.text_truncated);
  json.member("html", message.html);
  json.member("html_truncated", message.html_truncated);
  write_attachments(json, message.attachments);
  write_automatic(json, message);
  json.member("server_placeholder", message.server_placeholder);
  json.member("defects", message.defects);
  json.end_object();
  return json.take();
}

message_id stable_message_id(const account_id& account, std::string_view folder, uid_validity validity, message_uid uid,
                             std::uint32_t generation) {
  std::string input = "postroom message 1;";
  add_field(input, account.str());
  add_field(input, folder);
  add_field(input, std::to_string(validity.value));
  add_field(input, std::to_string(uid.value));
  if (generation > 0)
    add_field(input, std::to_string(generation));
  const auto hash = sha256(input);
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 §6, in lower case
  constexpr std::size_t characters = 26;
  std::string id = "msg_";
  for (std::size_t i = 0; i < characters; ++i) {
    const auto bit = i * 5;
    const unsigned two_bytes = (unsigned{hash[bit / 8]} << 8U) | hash[bit / 8 + 1];
    id.push_back(alphabet[(two_bytes >> (11 - bit % 8)) & 31U]);
  }
  return message_id(std::move(id));
}

message_fingerprint fingerprint(const parsed_message& message, wall_time received) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(received).time_since_epoch().count();
  std::string input = "postroom fingerprint 1;";
  add_field(input, message.message_id);
  add_field(input, message.date ? std::to_string(message.date->time_since_epoch().count()) : "none");
  add_field(input, message.from.empty() ? std::string_view{} : message.from.front().address);
  add_field(input, message.subject);
  add_field(input, std::to_string(seconds));
  const auto hash = sha256(input);
  message_fingerprint print{};
  std::copy_n(hash.begin(), print.size(), print.begin());
  return print;
}

} // namespace postroom::mime
