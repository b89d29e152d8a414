#include "tests/protocol/imap/describe.hpp"

namespace postroom::imap::testing {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string join(const pairs& items) {
  std::string out;
  for (const auto& [name, value] : items)
    out += (out.empty() ? "" : " ") + name + "=" + value;
  return out;
}

std::string join(const std::vector<envelope_address>& addresses) {
  std::string out;
  for (const auto& a : addresses)
    out += (out.empty() ? "" : ",") + a.name + "<" + a.mailbox + "@" + a.host + ">";
  return out;
}

struct describer {
  std::string operator()(const status_response& s) const {
    static constexpr std::string_view kinds[] = {"OK", "NO", "BAD", "PREAUTH", "BYE"};
    std::string out = s.tag.empty() ? "*" : s.tag;
    out.append(" ").append(kinds[static_cast<int>(s.kind)]);
    if (s.code)
      out += " [" + s.code->name + "|" + s.code->argument + "]";
    return out + " '" + s.text + "'";
  }
  std::string operator()(const continuation& c) const { return "PLUS '" + c.text + "'"; }
  std::string operator()(const capability_data& c) const { return "CAPABILITY " + join(c.names); }
  std::string operator()(const list_data& l) const {
    return "LIST (" + join(l.attributes) + ") " + (l.separator ? std::string(1, *l.separator) : "NIL") + " '" + l.name +
           "'";
  }
  std::string operator()(const folder_status& s) const {
    std::string out = "STATUS '" + s.name + "'";
    for (const auto& [name, value] : s.items)
      out += " " + name + "=" + std::to_string(value);
    return out;
  }
  std::string operator()(const search_data& s) const {
    std::string out = "SEARCH";
    if (!s.correlator.empty())
      out += "[" + s.correlator + "]";
    for (const auto n : s.numbers)
      out += " " + std::to_string(n);
    return out;
  }
  std::string operator()(const exists_data& e) const { return "EXISTS " + std::to_string(e.count); }
  std::string operator()(const recent_data& r) const { return "RECENT " + std::to_string(r.count); }
  std::string operator()(const expunge_data& e) const { return "EXPUNGE " + std::to_string(e.sequence); }
  std::string operator()(const vanished_data& v) const {
    return std::string{"VANISHED "} + (v.earlier ? "earlier " : "") + v.uids;
  }
  std::string operator()(const flags_data& f) const { return "FLAGS " + join(f.flags); }
  std::string operator()(const fetch_data& f) const {
    std::string out = "FETCH " + std::to_string(f.sequence);
    if (f.uid)
      out += " uid=" + std::to_string(f.uid->value);
    if (f.flags)
      out += " flags=(" + join(*f.flags) + ")";
    if (f.internal_date)
      out += " date=" + to_rfc3339(*f.internal_date);
    if (f.size)
      out += " size=" + std::to_string(*f.size);
    if (f.mod_sequence)
      out += " modseq=" + std::to_string(*f.mod_sequence);
    if (f.envelope)
      out += " env{" + describe(*f.envelope) + "}";
    if (f.body_structure)
      out += " struct{" + describe(*f.body_structure) + "}";
    if (f.streamed_bytes)
      out += " body=" + std::to_string(*f.streamed_bytes);
    if (f.body_withheld)
      out += " body=NIL";
    for (const auto& [name, text] : f.sections)
      out += " section[" + name + "]='" + text + "'";
    return out;
  }
  std::string operator()(const id_data& i) const { return "ID " + join(i.pairs); }
  std::string operator()(const enabled_data& e) const { return "ENABLED " + join(e.names); }
  std::string operator()(const namespace_data& n) const { return "NAMESPACE " + n.raw; }
  std::string operator()(const unknown_data& u) const { return "UNKNOWN '" + u.text + "'"; }
};

} // namespace

std::string describe(const response& value) {
  return std::visit(describer{}, value);
}

std::string describe(const body_part& part) {
  std::string out = part.type + "/" + part.subtype;
  if (!part.parameters.empty())
    out += " (" + join(part.parameters) + ")";
  if (!part.encoding.empty())
    out += " " + part.encoding;
  if (part.bytes != 0)
    out += " " + std::to_string(part.bytes);
  if (!part.content_id.empty())
    out += " id:" + part.content_id;
  if (!part.disposition.empty() || !part.disposition_parameters.empty())
    out += " disp:" + part.disposition + "(" + join(part.disposition_parameters) + ")";
  if (!part.children.empty()) {
    out += " [";
    for (const auto& child : part.children)
      out += (&child == &part.children.front() ? "" : "; ") + describe(child);
    out += "]";
  }
  return out;
}

std::string describe(const envelope& e) {
  return e.date + "|" + e.subject + "|from:" + join(e.from) + "|sender:" + join(e.sender) +
         "|reply:" + join(e.reply_to) + "|to:" + join(e.to) + "|cc:" + join(e.cc) + "|bcc:" + join(e.bcc) + "|" +
         e.in_reply_to + "|" + e.message_id;
}

} // namespace postroom::imap::testing
