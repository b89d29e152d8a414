#include "api/outbox_requests.hpp"

#include "base/limits.hpp"

#include <simdjson.h>

#include <functional>
#include <map>
#include <set>

namespace postroom::api {
namespace {

namespace dom = simdjson::dom;
using field_problems = std::vector<storage::field_problem>;

/// Collects what is wrong while an object is read.
class reader {
public:
  explicit reader(field_problems& into) : problems_(into) {}

  void wrong(const std::string& field, std::string problem) { problems_.push_back({field, std::move(problem)}); }

  bool text(const std::string& field, dom::element from, std::string& into) {
    std::string_view value;
    if (from.get(value) != simdjson::SUCCESS) {
      wrong(field, "must be a text");
      return false;
    }
    into = value;
    return true;
  }
  void flag(const std::string& field, dom::element from, bool& into) {
    if (from.get(into) != simdjson::SUCCESS)
      wrong(field, "must be true or false");
  }

  using member = std::function<void(const std::string& field, dom::element value)>;
  using members = std::map<std::string_view, member>;
  /// Calls the member functions for what is there; `null` is the same as not there.
  void object(const std::string& field, dom::element from, const members& known) {
    dom::object object;
    if (from.get(object) != simdjson::SUCCESS) {
      wrong(field, "must be an object");
      return;
    }
    std::set<std::string_view> seen;
    for (const auto& [key, value] : object) {
      const auto name = field.empty() ? std::string{key} : field + "." + std::string{key};
      const auto found = known.find(key);
      if (found == known.end())
        wrong(name.substr(0, 200), "is not a field of a mail");
      else if (!seen.insert(found->first).second)
        wrong(name, "is given twice");
      else if (value.type() != dom::element_type::NULL_VALUE)
        found->second(name, value);
    }
  }

  void list(const std::string& field, dom::element from, std::size_t most, const member& each) {
    dom::array array;
    if (from.get(array) != simdjson::SUCCESS) {
      wrong(field, "must be a list");
      return;
    }
    std::size_t at = 0;
    for (const auto value : array) {
      if (at >= most) {
        wrong(field, "has more than " + std::to_string(most) + " entries");
        return;
      }
      each(field + "[" + std::to_string(at++) + "]", value);
    }
  }

  /// `"a@b"` or `{"name": …, "address": …}`.
  void address(const std::string& field, dom::element from, mime::address& into) {
    std::string_view plain;
    if (from.get(plain) == simdjson::SUCCESS) {
      into.address = plain;
      return;
    }
    object(field, from,
           {{"name", [&](const auto& name, auto value) { text(name, value, into.name); }},
            {"address", [&](const auto& name, auto value) { text(name, value, into.address); }}});
    if (into.address.empty())
      wrong(field, "must be an address, or an object with a name and an address");
  }

  member addresses(std::vector<mime::address>& into) {
    return [this, &into](const std::string& field, dom::element from) {
      if (from.type() != dom::element_type::ARRAY) {
        address(field, from, into.emplace_back());
        return;
      }
      list(field, from, limits::mime_addresses_max,
           [&](const std::string& name, dom::element each) { address(name, each, into.emplace_back()); });
    };
  }

  void headers(const std::string& field, dom::element from, std::vector<std::pair<std::string, std::string>>& into) {
    dom::object object;
    if (from.get(object) != simdjson::SUCCESS) {
      wrong(field, "must be an object of names and texts");
      return;
    }
    for (const auto& [key, value] : object) {
      auto& header = into.emplace_back(std::string{key}, std::string{});
      text(field + "." + header.first.substr(0, 100), value, header.second);
      if (into.size() > limits::mime_parts_max)
        return;
    }
  }

  void attachment(const std::string& field, dom::element from, attachment_wish& into) {
    object(field, from,
           {{"upload", [&](const auto& name, auto value) { text(name, value, into.upload); }},
            {"filename", [&](const auto& name, auto value) { text(name, value, into.filename.emplace()); }},
            {"content_type", [&](const auto& name, auto value) { text(name, value, into.content_type.emplace()); }},
            {"content_id", [&](const auto& name, auto value) { text(name, value, into.content_id); }},
            {"inline", [&](const auto& name, auto value) { flag(name, value, into.embedded); }}});
    if (!is_valid_id(into.upload))
      wrong(field + ".upload", "must be the id of an upload");
  }

  /// `{"message": "<id>"}`, with `all` where wanted.
  void reference(const std::string& field, dom::element from, std::string& message, bool* all) {
    members known{{"message", [&](const auto& name, auto value) { text(name, value, message); }}};
    if (all)
      known.emplace("all", [this, all](const auto& name, auto value) { flag(name, value, *all); });
    object(field, from, known);
    if (!is_valid_id(message))
      wrong(field + ".message", "must be the id of a received message");
  }

private:
  field_problems& problems_;
};

} // namespace

boost::system::result<mail_wish, problem> read_mail_wish(std::string_view document) {
  dom::parser parser{limits::http_json_body_bytes_max};
  if (parser.allocate(std::max<std::size_t>(document.size(), 32), limits::http_json_depth_max) != simdjson::SUCCESS)
    return problem{fail(errc::too_large, "the body is too large")};
  const simdjson::padded_string padded{document};
  dom::element root;
  if (const auto code = parser.parse(padded).get(root); code != simdjson::SUCCESS)
    return problem{fail(errc::invalid_argument, std::string{"the body is not JSON: "} + simdjson::error_message(code))};
  mail_wish wish;
  auto& mail = wish.message;
  field_problems problems;
  reader in{problems};
  in.object(
      {}, root,
      {{"from",
        [&](const auto& name, auto value) {
          wish.names_sender = true;
          in.address(name, value, mail.from);
        }},
       {"reply_to", in.addresses(mail.reply_to)},
       {"to", in.addresses(mail.to)},
       {"cc", in.addresses(mail.cc)},
       {"bcc", in.addresses(wish.bcc)},
       {"subject", [&](const auto& name, auto value) { in.text(name, value, mail.subject); }},
       {"text", [&](const auto& name, auto value) { in.text(name, value, mail.text.emplace()); }},
       {"html", [&](const auto& name, auto value) { in.text(name, value, mail.html.emplace()); }},
       {"headers", [&](const auto& name, auto value) { in.headers(name, value, mail.headers); }},
       {"attachments",
        [&](const auto& name, auto value) {
          in.list(name, value, limits::mime_parts_max, [&](const std::string& each, dom::element from) {
            in.attachment(each, from, wish.attachments.emplace_back());
          });
        }},
       {"reply",
        [&](const auto& name, auto value) { in.reference(name, value, wish.reply_to_message, &wish.reply_to_all); }},
       {"forward", [&](const auto& name, auto value) { in.reference(name, value, wish.forwarded_message, nullptr); }},
       {"hold", [&](const auto& name, auto value) { in.flag(name, value, wish.hold); }}});
  if (!problems.empty())
    return invalid(std::move(problems));
  return wish;
}

} // namespace postroom::api
