#include "app/cli/command.hpp"
#include "app/cli/role_words.hpp"
#include "app/cli/text_table.hpp"
#include "app/cli/troubleshooting_page.hpp"
#include "protocol/knowledge/json.hpp"
#include "protocol/knowledge/recognise.hpp"

#include <boost/json/serialize.hpp>

#include <ostream>

namespace postroom::app::cli {
namespace {

using knowledge::entry;

struct explain_options {
  std::vector<std::string> words;
  bool json = false;
  bool markdown = false;
};

void print_json(std::ostream& out, const entry& of) {
  out << boost::json::serialize(knowledge::describe(of)) << '\n';
}

void print_all(std::ostream& out) {
  const auto rows = knowledge::all();
  for (std::size_t i = 0; i < rows.size();) {
    const auto from = rows[i]->from;
    text_table table{{"KEY", "MEANING"}};
    for (; i < rows.size() && rows[i]->from == from; ++i)
      table.add({std::string{rows[i]->key}, std::string{rows[i]->meaning}});
    out << "== " << to_string(from) << '\n';
    table.print(out);
    out << '\n';
  }
}

void print_one(std::ostream& out, const entry& of) {
  out << of.key << "\n  symptom: " << of.symptom << "\n  meaning: " << of.meaning << "\n  what to do: " << of.remedy
      << "\n  who: " << role_in_words(to_string(of.who)) << "\n  class: " << of.kind
      << "\n  tried again: " << to_string(of.again) << '\n';
}

exit_code explain(const surroundings& world, const explain_options& options) {
  if (options.markdown) {
    world.out << troubleshooting_page();
    return exit_code::done;
  }
  std::string text;
  for (const auto& word : options.words)
    text.append(text.empty() ? "" : " ").append(word);
  if (text.empty()) {
    if (options.json)
      for (const auto* each : knowledge::all())
        print_json(world.out, *each);
    else
      print_all(world.out);
    return exit_code::done;
  }
  const auto* known = knowledge::recognise(text);
  if (!known) {
    world.err << "postroom: nothing is known of '" << harmless(text) << "' (not_found)\n"
              << "  what to do: Look for it in the list that 'postroom explain' prints.\n";
    return exit_code::not_found;
  }
  if (options.json)
    print_json(world.out, *known);
  else
    print_one(world.out, *known);
  return exit_code::done;
}

} // namespace

void add_explain_command(CLI::App& program, command_shelf& shelf) {
  auto options = std::make_shared<explain_options>();
  auto& leaf = add_leaf(program, "explain", "Say what an error means, what helps and who must do it. Needs no gateway",
                        "postroom explain AADSTS7000222");
  leaf.add_option("KEY", options->words,
                  "A cause as the gateway names it, an AADSTS number, or what a server answered; without it all are "
                  "listed");
  leaf.add_flag("--json", options->json, "One JSON document a line");
  leaf.add_flag("--markdown", options->markdown, "The page docs/troubleshooting.md")->excludes("KEY");
  leaf.callback([&shelf, options] {
    shelf.chosen = [&shelf, options] { return static_cast<int>(explain(shelf.world, *options)); };
  });
}

} // namespace postroom::app::cli
