#include "protocol/imap/command_encoder.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/imap/date_time.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>

namespace postroom::imap {

namespace {

/// RFC 2971 §3.3.
constexpr std::size_t id_pairs_max = 30, id_key_bytes_max = 30, id_value_bytes_max = 1024;

/// Printable ASCII: what may stand in a command line outside of literals.
bool is_line_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_atom(std::string_view text) {
  return !text.empty() && is_line_text(text) && text.find_first_of(" (){%*\"\\]") == std::string_view::npos &&
         !ascii_iequals(text, "NIL");
}

class writer {
public:
  writer(std::string_view tag, literal_support literals) : literals_(literals) { raw(tag); }

  /// Text of our own.
  void raw(std::string_view text) {
    out_.parts.back().text.append(text);
    line_bytes_ += text.size();
  }

  /// The caller's text where only a plain word or expression may stand.
  void words(std::string_view text) {
    if (text.empty() || !is_line_text(text))
      refuse("text that cannot stand in a command line");
    raw(text);
  }

  void list(const std::vector<std::string>& items) {
    raw("(");
    for (std::size_t i = 0; i < items.size(); ++i) {
      raw(i == 0 ? "" : " ");
      words(items[i]);
    }
    raw(")");
  }

  void uids(const uid_set_text& set) {
    if (set.text.empty() || set.text.find_first_not_of("0123456789:,*") != std::string::npos)
      refuse("not a set of UIDs");
    raw(set.text);
  }

  void quoted(std::string_view text) {
    if (!is_line_text(text))
      refuse("text that cannot be quoted");
    raw("\"");
    for (const char c : text) {
      if (c == '"' || c == '\\')
        raw("\\");
      raw({&c, 1});
    }
    raw("\"");
  }

  /// astring: a folder name in its shortest form.
  void folder(const std::string& name) {
    if (is_atom(name))
      raw(name);
    else if (is_line_text(name))
      quoted(name);
    else
      literal(name);
  }

  void literal(std::string octets) {
    if (octets.find('\0') != std::string::npos)
      refuse("NUL cannot be sent");
    if (octets.size() > limits::imap_body_bytes_max)
      error_ = fail(errc::too_large, "the message is too large to be appended");
    const bool at_once = literals_ != literal_support::synchronising && octets.size() <= unsolicited_literal_bytes_max;
    raw("{" + std::to_string(octets.size()) + (at_once ? "+}\r\n" : "}\r\n"));
    out_.parts.back().then_wait = !at_once;
    if (octets.size() <= unsolicited_literal_bytes_max) {
      if (!at_once)
        out_.parts.emplace_back();
      out_.parts.back().text.append(octets);
      return;
    }
    out_.parts.push_back({std::move(octets)});
    out_.parts.emplace_back(); // what follows must not make the message grow, hence be copied
  }

  void refuse(std::string_view why) { error_ = fail(errc::invalid_argument, std::string{why}); }

  result<encoded_command> finish() {
    raw("\r\n");
    if (error_)
      return *error_;
    if (line_bytes_ > limits::imap_command_line_bytes_max)
      return fail(errc::too_large, "a command line of " + std::to_string(line_bytes_) + " bytes");
    return std::move(out_);
  }

private:
  literal_support literals_;
  encoded_command out_{{encoded_command::part{}}};
  std::size_t line_bytes_ = 0;
  std::optional<error> error_;
};

void write(writer& out, const capability_command&) {
  out.raw(" CAPABILITY");
}
void write(writer& out, const noop_command&) {
  out.raw(" NOOP");
}
void write(writer& out, const logout_command&) {
  out.raw(" LOGOUT");
}
void write(writer& out, const unselect_command&) {
  out.raw(" UNSELECT");
}
void write(writer& out, const namespace_command&) {
  out.raw(" NAMESPACE");
}
void write(writer& out, const idle_command&) {
  out.raw(" IDLE");
}

void write(writer& out, const id_command& what) {
  if (what.pairs.empty()) {
    out.raw(" ID NIL");
    return;
  }
  if (what.pairs.size() > id_pairs_max)
    out.refuse("too many pairs for ID");
  std::string_view before = " ID (";
  for (const auto& [key, value] : what.pairs) {
    if (key.size() > id_key_bytes_max || value.size() > id_value_bytes_max)
      out.refuse("a key or value of ID is too long");
    out.raw(before);
    out.quoted(key);
    out.raw(" ");
    out.quoted(value);
    before = " ";
  }
  out.raw(")");
}

void write(writer& out, const list_command& what) {
  out.raw(" LIST ");
  out.folder(what.reference);
  out.raw(" ");
  out.folder(what.pattern);
}

void write(writer& out, const select_command& what) {
  out.raw(what.read_only ? " EXAMINE " : " SELECT ");
  out.folder(what.folder);
}

void write(writer& out, const status_command& what) {
  out.raw(" STATUS ");
  out.folder(what.folder);
  out.raw(" ");
  out.list(what.items);
}

void write(writer& out, const uid_fetch_command& what) {
  out.raw(" UID FETCH ");
  out.uids(what.uids);
  out.raw(" ");
  out.list(what.items);
}

void write(writer& out, const uid_search_command& what) {
  out.raw(" UID SEARCH ");
  out.words(what.criteria);
}

void write(writer& out, const uid_store_command& what) {
  using mode = uid_store_command::mode;
  out.raw(" UID STORE ");
  out.uids(what.uids);
  out.raw(what.how == mode::add ? " +FLAGS" : what.how == mode::remove ? " -FLAGS" : " FLAGS");
  out.raw(what.silent ? ".SILENT " : " ");
  out.list(what.flags);
}

void write(writer& out, const uid_move_command& what) {
  out.raw(" UID MOVE ");
  out.uids(what.uids);
  out.raw(" ");
  out.folder(what.folder);
}

void write(writer& out, append_command& what) {
  out.raw(" APPEND ");
  out.folder(what.folder);
  out.raw(" ");
  if (!what.flags.empty()) {
    out.list(what.flags);
    out.raw(" ");
  }
  if (what.internal_date)
    out.raw("\"" + format_date_time(*what.internal_date) + "\" ");
  out.literal(std::move(what.message));
}

} // namespace

result<encoded_command> encode_command(std::string_view tag, command what, literal_support literals) {
  writer out{tag, literals};
  std::visit([&out](auto& value) { write(out, value); }, what);
  return out.finish();
}

} // namespace postroom::imap
