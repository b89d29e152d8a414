#include "protocol/imap/body_structure.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace postroom::imap {

namespace {

class structure_reader {
public:
  explicit structure_reader(token_reader& in) : in_(in) {}

  bool part(body_part& out, std::size_t depth) {
    if (depth > limits::imap_nesting_max || ++parts_ > limits::mime_parts_max || !in_.skip('('))
      return false;
    in_.skip_spaces();
    const bool read = in_.peek() == '(' ? multipart(out, depth) : single(out, depth);
    return read && rest_of_list();
  }

private:
  [[nodiscard]] bool ends() {
    in_.skip_spaces();
    return in_.peek() == ')';
  }

  void odd() { in_.seen.add(quirk::odd_body_structure); }

  /// What extensions we do not know may follow in any list.
  bool rest_of_list() {
    while (!ends())
      if (in_.at_end() || !in_.skip_value())
        return false;
    return in_.skip(')');
  }

  bool text(std::string& out) {
    if (ends()) {
      odd();
      return true;
    }
    auto value = in_.nstring();
    if (!value)
      return false;
    out = std::move(*value);
    return true;
  }

  bool pairs(std::vector<std::pair<std::string, std::string>>& out) {
    if (ends())
      return true;
    if (in_.peek() != '(' && !in_.nil()) { // e.g. "" for no parameters
      odd();
      return in_.skip_value();
    }
    if (in_.peek() != '(')
      return true;
    auto list = in_.list_of_pairs();
    if (!list)
      return false;
    out = std::move(*list);
    for (auto& [name, value] : out)
      name = ascii_lower(name);
    return true;
  }

  /// `("attachment" ("filename" "x"))`, NIL; tolerated: `"attachment"`, `(NIL NIL)`.
  bool disposition(body_part& out) {
    if (ends() || in_.nil())
      return true;
    if (in_.peek() != '(') {
      odd();
      if (!text(out.disposition))
        return false;
      out.disposition = ascii_lower(out.disposition);
      return true;
    }
    in_.skip('(');
    in_.skip_spaces();
    if (in_.nil())
      odd();
    else if (!text(out.disposition))
      return false;
    out.disposition = ascii_lower(out.disposition);
    return pairs(out.disposition_parameters) && rest_of_list();
  }

  bool multipart(body_part& out, std::size_t depth) {
    out.type = "multipart";
    while (in_.skip_spaces(), in_.peek() == '(')
      if (!part(out.children.emplace_back(), depth + 1))
        return false;
    if (!text(out.subtype))
      return false;
    out.subtype = ascii_lower(out.subtype);
    return pairs(out.parameters) && disposition(out);
  }

  bool single(body_part& out, std::size_t depth) {
    if (ends() || !text(out.type))
      return false;
    out.type = ascii_lower(out.type);
    if (ends() || in_.peek() == '(') { // `("mixed" ("boundary" "x") …)`: a multipart without parts
      odd();
      out.subtype = std::exchange(out.type, "multipart");
      return pairs(out.parameters) && disposition(out);
    }
    if (!text(out.subtype))
      return false;
    out.subtype = ascii_lower(out.subtype);
    if (out.type.empty()) { // Exchange: (NIL NIL NIL NIL NIL "7BIT" 0 NIL …)
      odd();
      out.type = "application";
      out.subtype = "octet-stream";
    }
    if (!pairs(out.parameters) || !text(out.content_id) || !text(out.description) || !text(out.encoding) || !size(out))
      return false;
    if (out.type == "message" && (out.subtype == "rfc822" || out.subtype == "global") && !embedded(out, depth))
      return false;
    if (out.type == "text" && !ends() && !lines())
      return false;
    return single_extension(out);
  }

  bool size(body_part& out) {
    if (ends()) {
      odd();
      return true;
    }
    if (const auto bytes = in_.number<std::uint64_t>()) {
      out.bytes = *bytes;
      return true;
    }
    odd();
    return in_.nil();
  }

  bool lines() {
    if (in_.number<std::uint64_t>() || in_.nil())
      return true;
    odd();
    return true;
  }

  /// The envelope, structure and lines of an embedded message. Only the structure is of use.
  bool embedded(body_part& out, std::size_t depth) {
    if (ends() || in_.peek() != '(') {
      odd();
      return true;
    }
    if (!in_.skip_value())
      return false;
    in_.skip_spaces();
    if (in_.peek() == '(') {
      if (!part(out.children.emplace_back(), depth + 1))
        return false;
    } else {
      odd();
      if (!in_.nil())
        return true;
    }
    return ends() || lines();
  }

  /// MD5, then the disposition; the rest is skipped by the caller.
  bool single_extension(body_part& out) {
    if (ends())
      return true;
    if (in_.peek() == '(')
      odd(); // the MD5 is missing
    else if (!in_.skip_value())
      return false;
    in_.skip_spaces();
    return disposition(out);
  }

  token_reader& in_;
  std::size_t parts_ = 0;
};

} // namespace

std::optional<body_part> read_body_structure(token_reader& in) {
  std::optional<body_part> root{std::in_place};
  if (!structure_reader{in}.part(*root, 1))
    root.reset();
  return root;
}

} // namespace postroom::imap
