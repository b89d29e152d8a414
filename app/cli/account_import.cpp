#include "app/cli/account_transfer.hpp"
#include "app/cli/command.hpp"
#include "app/cli/input.hpp"
#include "app/cli/text_table.hpp"
#include "base/limits.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

struct import_options : common_options {
  std::string file;
  std::string format;
  bool dry_run = false;
  bool update = false;
  bool skip_invalid = false;
};

struct export_options : common_options {
  std::string format;
};

std::string number_at(json_element from, std::string_view name) {
  const auto value = value_at(from, name);
  return value ? one_line(*value) : "0";
}

/// `errors` or `warnings`, a line each.
void print_notes(std::ostream& out, json_element report, std::string_view list, std::string_view all) {
  simdjson::dom::array notes;
  const auto found = value_at(report, list);
  if (!found || found->get(notes) != simdjson::SUCCESS || notes.size() == 0)
    return;
  out << list << " (" << harmless(all) << ", first " << notes.size() << "):\n";
  for (const auto each : notes) {
    const auto field = text_at(each, "field");
    out << "  row " << number_at(each, "row") << ": " << harmless(field.empty() ? "the row" : field) << ' '
        << harmless(text_at(each, "problem")) << '\n';
    if (const auto remedy = text_at(each, "remedy"); !remedy.empty())
      out << "    " << harmless(remedy) << '\n';
  }
}

void print_import(std::ostream& out, json_element report) {
  const bool dry_run = number_at(report, "dry_run") == "true";
  out << number_at(report, "rows") << " rows " << (dry_run ? "checked, nothing written; would be: " : "carried out: ")
      << number_at(report, "created") << " created, " << number_at(report, "updated") << " updated, "
      << number_at(report, "unchanged") << " unchanged, " << number_at(report, "skipped") << " skipped\n";
  print_notes(out, report, "errors", number_at(report, "invalid") + " rows are not valid");
  print_notes(out, report, "warnings", number_at(report, "warned") + " in all");
}

/// A problem that is a report, too: which rows are wrong.
exit_code complain(session& live, const api_answer& answer) {
  const auto document = json_document::parse(answer.body);
  if (live.json() || !document || !value_at(document->root(), "rows"))
    return live.complain(answer);
  const auto root = document->root();
  live.world().err << "postroom: " << harmless(text_at(root, "detail")) << " (" << harmless(text_at(root, "code"))
                   << ")\n";
  print_notes(live.world().err, root, "errors", number_at(root, "invalid") + " rows are not valid");
  return exit_code_of(answer.status, text_at(root, "code"));
}

/// Tells every tenth of a file that takes a while; a small one is sent before anybody looks.
class sending_progress {
public:
  explicit sending_progress(std::ostream& err) : err_(err) {}
  void operator()(std::uint64_t sent, std::uint64_t total) {
    constexpr std::uint64_t worth_telling = limits::mib;
    if (total < worth_telling)
      return;
    const auto tenth = sent * 10 / total;
    if (tenth <= told_)
      return;
    told_ = tenth;
    err_ << "postroom: " << tenth * 10 << " % of " << total / limits::kib << " KiB sent\n";
    if (sent >= total)
      err_ << "postroom: the gateway checks every row, then writes\n";
  }

private:
  std::ostream& err_;
  std::uint64_t told_ = 0;
};

exit_code import_file(session& live, const import_options& options) {
  api_call call;
  call.method = "POST";
  call.path = path_of({"accounts", "import"});
  for (const auto& [name, on] : {std::pair{"dry_run", options.dry_run}, std::pair{"update", options.update},
                                 std::pair{"skip_invalid", options.skip_invalid}})
    if (on)
      call.query.emplace_back(name, "true");
  if (options.file == "-") {
    auto text = read_text(options.file, live.world().in, limits::import_bytes_max);
    if (!text)
      return live.complain(text.error());
    call.body = std::move(*text);
  } else {
    call.body_file = options.file;
    call.on_sent = sending_progress{live.world().err};
  }
  const bool csv = format_of(options.format, options.file, call.body) == table_format::csv;
  call.content_type = csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
  const auto answer = live.send(std::move(call));
  if (!answer) {
    const auto code = live.complain(answer.error());
    if (!options.dry_run && (code == exit_code::temporary || code == exit_code::not_reachable))
      live.world().err << "  to be sure: rows may have been written; the same command goes on where it ended\n";
    return code;
  }
  if (!answer->good())
    return complain(live, *answer);
  const auto report = json_document::parse(answer->body);
  if (!report)
    return live.complain(report.error());
  if (live.json())
    live.world().out << one_line(report->root()) << '\n';
  else
    print_import(live.world().out, report->root());
  return exit_code::done;
}

exit_code export_all(session& live, const export_options& options) {
  const auto as = format_of(options.format, {}, {});
  auto& out = live.world().out;
  if (as == table_format::csv)
    out << export_header();
  api_call call;
  call.path = path_of({"accounts"});
  return live.each_item(std::move(call), [&](json_element item) {
    out << export_row(item, as);
    return static_cast<bool>(out);
  });
}

} // namespace

void add_account_transfer(CLI::App& account, command_shelf& shelf) {
  const auto formats = CLI::IsMember({"csv", "ndjson"});
  auto options = std::make_shared<import_options>();
  auto& leaf = add_leaf(account, "import",
                        "Make or change many accounts from a table (CSV) or lines of JSON. All rows are checked before "
                        "the first is written; the same file again does nothing twice",
                        "postroom account import accounts.csv --dry-run");
  leaf.add_option("file", options->file, "The file; -: stdin")->type_name("FILE")->required();
  leaf.add_flag("--dry-run", options->dry_run, "Check everything, write nothing");
  leaf.add_flag("--update", options->update, "Change accounts that exist");
  leaf.add_flag("--skip-invalid", options->skip_invalid, "Leave out rows that are not valid instead of refusing all");
  leaf.add_option("--format", options->format, "csv or ndjson; else told from the file's name or beginning")
      ->check(formats);
  on_run(shelf, leaf, options, import_file);

  auto all = std::make_shared<export_options>();
  auto& out = add_leaf(account, "export", "Print all accounts in a form that `import` takes back",
                       "postroom account export > accounts.csv");
  out.add_option("--format", all->format, "csv (without it) or ndjson")->check(formats);
  on_run(shelf, out, all, export_all);
}

} // namespace postroom::app::cli
