#include "app/cli/command.hpp"
#include "app/cli/event_end.hpp"
#include "app/cli/line_splitter.hpp"
#include "app/cli/text_table.hpp"

#include <algorithm>
#include <charconv>
#include <ostream>

namespace postroom::app::cli {
namespace {

using namespace std::chrono_literals;

/// As tail(1) does: what was last, when nothing else is said.
constexpr std::uint64_t tail_default = 10;
constexpr std::chrono::milliseconds reconnect_first = 500ms;
constexpr std::chrono::milliseconds reconnect_max = 10s;

struct tail_options : common_options {
  std::optional<std::uint64_t> after;
  bool from_start = false;
  std::uint64_t limit = 0;
  std::vector<std::string> types;
  std::vector<std::string> accounts;
  bool follow = false;
};

api_call events_after(std::uint64_t after) {
  api_call call;
  call.path = path_of({"events"});
  call.query = {{"after", std::to_string(after)}};
  return call;
}

/// Prints the events that are wanted and knows where it stands.
class tail {
public:
  tail(session& live, const tail_options& options) : live_(live), options_(options) {}

  exit_code run() {
    const auto first = start();
    if (!first)
      return live_.failed_with();
    after_ = *first;
    return options_.follow ? follow() : read_to_end();
  }

private:
  std::optional<std::uint64_t> start() {
    if (options_.from_start)
      return 0;
    if (options_.after)
      return options_.after;
    const auto end = end_of_log([this](std::uint64_t after) -> std::optional<bool> {
      auto call = events_after(after);
      call.query.emplace_back("limit", "1");
      const auto page = live_.fetch(std::move(call));
      simdjson::dom::array items;
      if (!page || page->root()["items"].get(items) != simdjson::SUCCESS)
        return {};
      return items.size() > 0;
    });
    if (!end)
      return {};
    const auto back = options_.limit > 0 && !options_.follow ? options_.limit : tail_default;
    return *end - std::min(*end, back);
  }

  exit_code read_to_end() {
    while (!enough()) {
      auto call = events_after(after_);
      call.query.emplace_back("limit", "500");
      const auto page = live_.fetch(std::move(call));
      if (!page)
        return live_.failed_with();
      simdjson::dom::array items;
      if (page->root()["items"].get(items) != simdjson::SUCCESS)
        return live_.complain(fail(errc::protocol_violation, "the answer is not a page of events"));
      if (items.size() == 0)
        break;
      for (const auto item : items)
        if (!enough())
          take(item);
    }
    live_.world().out << std::flush;
    return exit_code::done;
  }

  exit_code follow() {
    auto wait = reconnect_first;
    bool met = false;
    while (!enough()) {
      event_reader reader;
      const auto before = after_;
      const auto ended = live_.read_lines(events_after(after_), [&](std::string_view line) {
        met = true;
        if (const auto event = reader.line(line))
          take_text(event->data);
        return !enough();
      });
      if (ended && ended->good())
        break;
      if (ended && exit_code_of(ended->status, {}) != exit_code::temporary && ended->status != 502)
        return live_.complain(*ended);
      // A gateway that was never there is a wrong URL, not one that restarts.
      if (!ended && !met)
        return live_.complain(ended.error());
      if (after_ != before)
        wait = reconnect_first;
      live_.world().err << "postroom: " << (ended ? "the gateway is busy" : ended.error().detail) << "; going on after "
                        << after_ << " in " << static_cast<double>(wait.count()) / 1000 << " s\n";
      live_.world().pause(wait);
      wait = std::min(wait * 2, reconnect_max);
    }
    return exit_code::done;
  }

  [[nodiscard]] bool enough() const { return options_.limit > 0 && printed_ >= options_.limit; }

  void take_text(const std::string& text) {
    if (const auto event = json_document::parse(text)) {
      take(event->root());
      live_.world().out << std::flush;
    }
  }

  void take(json_element event) {
    std::uint64_t seq = 0;
    // One that was seen before a connection broke is not told twice.
    if (event["seq"].get(seq) != simdjson::SUCCESS || seq <= after_)
      return;
    after_ = seq;
    if (!is_wanted(options_.types, text_at(event, "type")) ||
        !is_wanted(options_.accounts, text_at(event, "data.account")))
      return;
    ++printed_;
    if (live_.json())
      live_.world().out << one_line(event) << '\n';
    else
      live_.world().out << event_line(event) << '\n';
  }

  static bool is_wanted(const std::vector<std::string>& wanted, const std::string& what) {
    return wanted.empty() || std::ranges::find(wanted, what) != wanted.end();
  }

  session& live_;
  const tail_options& options_;
  std::uint64_t after_ = 0;
  std::uint64_t printed_ = 0;
};

/// Who wrote a received mail, or to whom a sent one goes.
std::string correspondent(json_element event) {
  for (const auto* list : {"from", "recipients"}) {
    simdjson::dom::array items;
    const auto found = value_at(event, std::string{"data."} + list);
    if (found && found->get(items) == simdjson::SUCCESS && items.size() > 0)
      return text_at(*items.begin(), "address");
  }
  return text_at(event, "data.from");
}

exit_code run_tail(session& live, const tail_options& options) {
  return tail{live, options}.run();
}

} // namespace

std::string event_line(json_element event) {
  const auto seq = value_at(event, "seq");
  std::string line = "#" + (seq ? readable(*seq) : std::string{"?"});
  for (const auto& part : {readable_time(text_at(event, "time")), text_at(event, "type"),
                           text_at(event, "data.account"), correspondent(event), text_at(event, "data.subject")})
    if (!part.empty())
      line.append("  ").append(part);
  return harmless(line);
}

std::optional<std::uint64_t> end_of_log(const std::function<std::optional<bool>(std::uint64_t after)>& has_more) {
  // The log has no gaps, so "is there one after n?" is answered alike up to its end and otherwise beyond.
  std::uint64_t known = 0; // the log reaches at least to here
  std::uint64_t beyond = 1;
  for (;; beyond *= 2) {
    const auto more = has_more(beyond - 1);
    if (!more)
      return {};
    if (!*more)
      break;
    known = beyond;
  }
  --beyond; // nothing after it
  while (known < beyond) {
    const auto middle = known + (beyond - known) / 2;
    const auto more = has_more(middle);
    if (!more)
      return {};
    if (*more)
      known = middle + 1;
    else
      beyond = middle;
  }
  return known;
}

void add_event_commands(CLI::App& program, command_shelf& shelf) {
  auto& group = *program.add_subcommand("events", "The event log")->require_subcommand(1);
  auto options = std::make_shared<tail_options>();
  auto& leaf =
      add_leaf(group, "tail", "Print events: the last 10, or those after a position, and with --follow what comes",
               "postroom events tail --follow --type message.received --account support --json");
  auto* after = leaf.add_option_function<std::uint64_t>(
      "--after", [options](const std::uint64_t& seq) { options->after = seq; }, "Begin after this position");
  after->type_name("SEQ");
  leaf.add_flag("--from-start", options->from_start, "Begin with the first event of the log")->excludes(after);
  leaf.add_option("--limit", options->limit, "End after so many; 0: no limit")->capture_default_str();
  leaf.add_option("--type", options->types, "Only of this type; may be given more than once")
      ->type_name("TYPE")
      ->allow_extra_args(false);
  leaf.add_option("--account", options->accounts, "Only of this account; may be given more than once")
      ->type_name("ID")
      ->allow_extra_args(false);
  leaf.add_flag("-f,--follow", options->follow,
                "Do not end with the log: print what comes, and go on there after a lost connection");
  on_run(shelf, leaf, options, run_tail);
}

} // namespace postroom::app::cli
