#include "app/cli/command.hpp"
#include "app/cli/text_table.hpp"

#include <boost/json.hpp>

#include <array>
#include <ostream>
#include <utility>

namespace postroom::app::cli {
namespace {

struct doctor_options : common_options {
  /// A diagnosis takes up to two minutes, in which the gateway is silent.
  doctor_options() { where.timeout_s = 150; }
  std::string id;
  std::string send_test_to;
};

struct mark {
  std::string_view state;
  std::string_view sign;
};
constexpr std::array marks{mark{"good", "✓"}, mark{"note", "!"}, mark{"bad", "✗"}, mark{"skipped", "–"}};

std::string_view sign_of(std::string_view state) {
  for (const auto& each : marks)
    if (each.state == state)
      return each.sign;
  return "?"; // of a later gateway
}

/// Of a step in need of attention: each line of what is known under the step's own.
void print_more(std::ostream& out, json_element step) {
  constexpr std::string_view indent = "      ";
  const auto line = [&](std::string_view what, const std::string& text) {
    if (!text.empty())
      out << indent << what << harmless(text) << '\n';
  };
  line("", text_at(step, "meaning"));
  const auto who = text_at(step, "who_acts");
  line(who.empty() ? "" : who + ": ", text_at(step, "remedy"));
  line("cause: ", text_at(step, "cause"));
}

void print_step(std::ostream& out, json_element step) {
  const auto state = text_at(step, "state");
  auto name = harmless(text_at(step, "name"));
  name.resize(std::max<std::size_t>(name.size(), 13), ' ');
  out << "  " << sign_of(state) << ' ' << name << ' ' << harmless(text_at(step, "evidence")) << '\n';
  if (state == "bad" || state == "note")
    print_more(out, step);
}

void print_diagnosis(std::ostream& out, json_element report) {
  simdjson::dom::array steps;
  if (report["steps"].get(steps) == simdjson::SUCCESS)
    for (const auto step : steps)
      print_step(out, step);
  out << harmless(text_at(report, "summary")) << '\n';
}

exit_code doctor(session& live, const doctor_options& options) {
  api_call call;
  call.method = "POST";
  call.path = path_of({"accounts", options.id, "diagnose"});
  if (!options.send_test_to.empty())
    call.body = boost::json::serialize(boost::json::object{{"send_test_to", options.send_test_to}});
  const auto answer = live.fetch(std::move(call));
  if (!answer)
    return live.failed_with();
  const auto report = answer->root();
  if (live.json())
    live.world().out << one_line(report) << '\n';
  else
    print_diagnosis(live.world().out, report);
  bool healthy = false;
  return report["healthy"].get(healthy) == simdjson::SUCCESS && healthy ? exit_code::done : exit_code::failed;
}

} // namespace

void add_doctor_command(CLI::App& program, command_shelf& shelf) {
  auto options = std::make_shared<doctor_options>();
  auto& leaf = add_leaf(program, "doctor",
                        "Find out why a mailbox does not work, step by step, and what helps: status 0 when nothing is "
                        "wrong, else 1. Takes up to two minutes",
                        "postroom doctor support");
  leaf.add_option("account", options->id, "The account's id")->type_name("ID")->required();
  leaf.add_option("--send-test-to", options->send_test_to,
                  "Send one real mail from the account to this address: only that proves the right to send")
      ->type_name("ADDRESS");
  on_run(shelf, leaf, options, doctor);
}

} // namespace postroom::app::cli
