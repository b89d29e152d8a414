#include "protocol/smtp/extensions.hpp"

#include "base/limits.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>

namespace postroom::smtp {

namespace {

std::string_view take_word(std::string_view& text, std::string_view ends) {
  const auto begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  const auto word = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(word.size());
  return word;
}

void add_mechanisms(std::vector<std::string>& to, std::string_view names) {
  while (to.size() < limits::smtp_mechanisms_max) {
    const auto name = imap::upper(take_word(names, " "));
    if (name.empty())
      return;
    if (std::find(to.begin(), to.end(), name) == to.end()) // told twice, in both forms
      to.push_back(name);
  }
}

void read_keyword(hello_answer& out, std::string_view line) {
  const auto keyword = imap::upper(take_word(line, " ="));
  const auto begin = std::min(line.find_first_not_of(" ="), line.size());
  const auto rest = line.substr(begin);
  if (keyword == "STARTTLS") {
    out.starttls = true;
  } else if (keyword == "SIZE") {
    out.info.size = true;
    const auto most = imap::parse_number<std::uint64_t>(imap::first_word(rest));
    if (most && *most != 0)
      out.info.size_max = most;
  } else if (keyword == "PIPELINING") {
    out.info.pipelining = true;
  } else if (keyword == "DSN") {
    out.info.dsn = true;
  } else if (keyword == "CHUNKING") {
    out.info.chunking = true;
  } else if (keyword == "8BITMIME") {
    out.info.eight_bit = true;
  } else if (keyword == "SMTPUTF8") {
    out.info.smtputf8 = true;
  } else if (keyword == "AUTH") {
    add_mechanisms(out.info.auth, rest);
  }
}

} // namespace

hello_answer read_extensions(const reply& answer) {
  hello_answer out;
  std::string_view text = answer.text;
  for (bool first = true; !text.empty(); first = false) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (first)
      out.info.greeted_as = imap::first_word(line);
    else
      read_keyword(out, line);
  }
  return out;
}

} // namespace postroom::smtp
