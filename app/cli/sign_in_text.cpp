#include "app/cli/sign_in_text.hpp"

#include "app/cli/role_words.hpp"
#include "app/cli/text_table.hpp"

namespace postroom::app::cli {
namespace {

/// The texts of a list, each safe for a terminal; empty when there is no such list.
std::vector<std::string> texts_at(json_element from, std::string_view path) {
  std::vector<std::string> out;
  simdjson::dom::array items;
  if (const auto found = value_at(from, path); !found || found->get(items) != simdjson::SUCCESS)
    return out;
  for (const auto each : items) {
    std::string_view text;
    if (each.get(text) == simdjson::SUCCESS)
      out.push_back(harmless(text));
  }
  return out;
}

void print_line(std::ostream& out, std::string_view before, const std::string& text) {
  if (!text.empty())
    out << before << harmless(text) << '\n';
}

} // namespace

void print_signed_in(std::ostream& out, json_element who, const std::string& provider) {
  const auto name = text_at(who, "display_name");
  const auto login = text_at(who, "upn");
  const auto grant = text_at(who, "grant");
  out << harmless(name.empty() ? login : name + " (" + login + ")") << " has signed in; stored as grant "
      << harmless(grant) << '\n';
  for (const auto& each : texts_at(who, "missing_permissions"))
    out << "missing permission: " << each << '\n';
  const auto accounts = texts_at(who, "accounts");
  for (const auto& each : accounts)
    out << "used by account: " << each << '\n';
  if (accounts.empty())
    out << "No account uses it yet. Next: postroom account add support --name Support --email support@example.com "
           "--provider "
        << harmless(provider) << " --grant " << harmless(grant) << '\n';
}

exit_code print_sign_in_failure(std::ostream& err, json_element why) {
  const auto code = text_at(why, "code");
  err << "postroom: the sign-in has failed (" << harmless(code) << "): " << harmless(text_at(why, "detail")) << '\n';
  print_line(err, "  ", text_at(why, "meaning"));
  print_line(err, "  what to do: ", text_at(why, "remedy"));
  print_line(err, "  who: ", std::string{role_in_words(text_at(why, "who_acts"))});
  const auto known = code_named(code);
  return known ? exit_code_of(*known) : exit_code::failed;
}

} // namespace postroom::app::cli
