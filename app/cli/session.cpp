#include "app/cli/session.hpp"

#include "app/cli/http_port.hpp"
#include "app/cli/text_table.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <ostream>
#include <utility>

namespace postroom::app::cli {
namespace {

constexpr std::array<std::string_view, 7> common_names{"url",     "token",   "token-file", "tenant",
                                                       "ca-file", "timeout", "json"};

} // namespace

void add_common_options(CLI::App& command, common_options& options) {
  auto& where = options.where;
  command.add_option("--url", where.url, std::string{"The gateway; else POSTROOM_URL, else "} + default_url)
      ->group("Gateway");
  auto* token = command
                    .add_option("--token", where.token,
                                "API token; else POSTROOM_TOKEN. Others on this machine may see arguments: better in a "
                                "file or the environment")
                    ->group("Gateway");
  command.add_option("--token-file", where.token_file, "File that holds the token; -: stdin")
      ->excludes(token)
      ->group("Gateway");
  command.add_option("--tenant", where.tenant, "Tenant; else the token's")->group("Gateway");
  command.add_option("--ca-file", where.ca_file, "PEM file with the only issuers to trust; else the system's")
      ->group("Gateway");
  command.add_option("--timeout", where.timeout_s, "Seconds without progress after which to give up")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str()
      ->group("Gateway");
  command.add_flag("--json", options.json, "Print the API's JSON; lists: one item a line")->group("Gateway");
}

bool is_common_option(std::string_view name) noexcept {
  return std::ranges::find(common_names, name) != common_names.end();
}

session::session(const surroundings& world, const common_options& options) : world_(world), json_(options.json) {
  auto where = resolve(options.where, world.variable, world.in);
  if (!where) {
    static_cast<void>(complain(where.error()));
    return;
  }
  tenant_ = where->tenant;
  port_ = make_patient_port(world.connect(std::move(*where)), world.pause);
}

api_call session::complete(api_call call) const {
  if (call.of_tenant && !tenant_.empty())
    call.query.emplace_back("tenant", tenant_);
  call.repeatable = (call.repeatable || call.method == "GET") && !call.once;
  return call;
}

result<api_answer> session::send(api_call call) {
  return port_->send(complete(std::move(call)));
}

result<api_answer> session::read_lines(api_call call, const line_sink& sink) {
  return port_->read_lines(complete(std::move(call)), sink);
}

exit_code session::give_up(exit_code code) noexcept {
  failed_with_ = code;
  return code;
}

exit_code session::complain(const error& why) {
  print_problem(world_.err, why);
  return give_up(exit_code_of(why.code));
}

exit_code session::complain(const api_answer& why) {
  const auto document = json_document::parse(why.body);
  // Scripts that asked for JSON get the document, there where they look for what went wrong.
  if (json_ && document)
    world_.err << one_line(document->root()) << '\n';
  else
    print_problem(world_.err, why);
  return give_up(exit_code_of(why.status, document ? text_at(document->root(), "code") : std::string{}));
}

std::optional<json_document> session::fetch(api_call call) {
  const auto answer = send(std::move(call));
  if (!answer) {
    static_cast<void>(complain(answer.error()));
    return {};
  }
  if (!answer->good()) {
    static_cast<void>(complain(*answer));
    return {};
  }
  auto document = json_document::parse(answer->body);
  if (!document) {
    static_cast<void>(complain(document.error()));
    return {};
  }
  return std::move(*document);
}

exit_code session::show(api_call call) {
  const auto document = fetch(std::move(call));
  if (!document)
    return failed_with_;
  if (json_)
    world_.out << one_line(document->root()) << '\n';
  else
    print_object(world_.out, document->root(), world_.time.now());
  return exit_code::done;
}

exit_code session::perform(api_call call, const std::string& done) {
  const auto answer = send(std::move(call));
  if (!answer)
    return complain(answer.error());
  if (!answer->good())
    return complain(*answer);
  if (!json_)
    world_.out << done << '\n';
  return exit_code::done;
}

exit_code session::each_item(api_call call, const std::function<bool(json_element)>& take, std::size_t limit) {
  std::size_t left = limit == 0 ? std::numeric_limits<std::size_t>::max() : limit;
  std::string after;
  while (true) {
    auto page_call = call;
    page_call.query.emplace_back("limit", std::to_string(std::min(left, limits::page_items_max)));
    if (!after.empty())
      page_call.query.emplace_back("after", after);
    const auto page = fetch(std::move(page_call));
    if (!page)
      return failed_with_;
    simdjson::dom::array items;
    if (const auto found = value_at(page->root(), "items"); !found || found->get(items) != simdjson::SUCCESS)
      return complain(fail(errc::protocol_violation, "the answer is not a list; is this a Postroom gateway?"));
    for (const auto item : items) {
      if (left == 0)
        break;
      --left;
      if (!take(item))
        return exit_code::done;
    }
    // A filter may leave nothing of a page that others follow.
    const auto before = std::exchange(after, text_at(page->root(), "next"));
    if (after.empty() || after == before || left == 0)
      return exit_code::done;
  }
}

exit_code session::list(api_call call, const std::vector<column>& columns, std::size_t limit) {
  std::vector<std::string> titles;
  for (const auto& each : columns)
    titles.push_back(each.title);
  text_table table{std::move(titles)};
  const auto take = [&](json_element item) {
    if (json_) {
      world_.out << one_line(item) << '\n';
      return true;
    }
    std::vector<std::string> cells;
    for (const auto& each : columns) {
      const auto cell = value_at(item, each.path);
      cells.push_back(cell ? readable(*cell) : "-");
    }
    table.add(std::move(cells));
    return true;
  };
  const auto code = each_item(std::move(call), take, limit);
  if (code == exit_code::done && !json_)
    table.print(world_.out);
  return code;
}

} // namespace postroom::app::cli
