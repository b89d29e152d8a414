#include "app/cli/role_words.hpp"
#include "app/cli/session.hpp"
#include "app/cli/text_table.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

void line(std::ostream& err, std::string_view title, std::string_view text) {
  if (!text.empty())
    err << "  " << title << harmless(text) << '\n';
}

} // namespace

void print_problem(std::ostream& err, const error& of) {
  err << "postroom: " << harmless(of.detail.empty() ? meaning(of.code) : of.detail) << " (" << to_string(of.code)
      << ")\n";
  // What the catalogue advises is about mail servers where it speaks of reconnecting; here nobody does.
  switch (exit_code_of(of.code)) {
  case exit_code::not_reachable:
    line(err, "what to do: ",
         of.code == errc::tls_failed ? "Check the URL's host name and --ca-file; verification cannot be switched off."
                                     : "Check that the gateway runs and that --url or POSTROOM_URL names it.");
    break;
  case exit_code::temporary:
    line(err, "what to do: ", "Try again; --timeout allows more time.");
    break;
  default:
    line(err, "what to do: ", remedy(of.code));
  }
}

void print_problem(std::ostream& err, const api_answer& of) {
  const auto document = json_document::parse(of.body);
  const auto code = document ? text_at(document->root(), "code") : std::string{};
  if (code.empty()) {
    err << "postroom: the answer was HTTP " << of.status << ", not from a Postroom gateway or from another version\n";
    return;
  }
  const auto root = document->root();
  simdjson::dom::array fields;
  const auto errors = value_at(root, "errors");
  const bool with_fields = errors && errors->get(fields) == simdjson::SUCCESS;
  // The detail of a body with several mistakes is all of them in one line; here each has its own.
  const auto detail = with_fields ? std::string{} : text_at(root, "detail");
  const auto meaning = text_at(root, "meaning");
  err << "postroom: " << harmless(detail.empty() ? meaning : detail) << " (" << harmless(code) << ")\n";
  if (with_fields)
    for (const auto each : fields)
      line(err, "field: ", text_at(each, "field") + " " + text_at(each, "problem"));
  if (!detail.empty())
    line(err, "meaning: ", meaning);
  line(err, "what to do: ", text_at(root, "remedy"));
  line(err, "who: ", role_in_words(text_at(root, "who_acts")));
  line(err, "cause: ", text_at(root, "cause"));
  if (const auto pause = of.headers.find("retry-after"); pause != of.headers.end())
    line(err, "try again after: ", pause->second + " s");
}

} // namespace postroom::app::cli
