#include "api/import/import_store.hpp"
#include "api/objects.hpp"
#include "api/router.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>

namespace postroom::api {
namespace {

/// Rows planned before the io thread's other connections get their turn.
constexpr std::size_t turn_rows = 256;

/// One of the few imports that may run at once.
class import_slot {
public:
  explicit import_slot(std::atomic<std::size_t>& taken) : taken_(taken), granted_(++taken <= limits::imports_max) {}
  ~import_slot() { --taken_; }
  import_slot(const import_slot&) = delete;
  import_slot& operator=(const import_slot&) = delete;
  [[nodiscard]] bool granted() const noexcept { return granted_; }

private:
  std::atomic<std::size_t>& taken_;
  bool granted_;
};

result<bool> flag_of(const request& of, const std::string& name) {
  const auto found = of.query.find(name);
  if (found == of.query.end() || found->second == "false")
    return false;
  if (found->second == "true")
    return true;
  return fail(errc::invalid_argument, "the parameter " + name + " must be true or false");
}

result<import_wish> wish_of(const request& what) {
  if (const auto known = only_parameters(what, {"dry_run", "update", "skip_invalid"}); !known)
    return known.error();
  import_wish wish;
  wish.tenant = what.tenant;
  for (const auto& [name, into] : {std::pair{"dry_run", &wish.dry_run}, std::pair{"update", &wish.update},
                                   std::pair{"skip_invalid", &wish.skip_invalid}}) {
    const auto flag = flag_of(what, name);
    if (!flag)
      return flag.error();
    *into = *flag;
  }
  return wish;
}

/// A problem that tells all that the report knows.
response refuse_with(error why, const import_report& report, const std::string& request_id) {
  const problem what{std::move(why)};
  auto document = problem_document(what, request_id);
  for (auto& member : report.json())
    document.insert_or_assign(member.key(), std::move(member.value()));
  auto out = answer_json(boost::json::serialize(document), http_status_of(what));
  out.content_type = "application/problem+json";
  return out;
}

/// Until `end`: the file comes while one of the few slots is taken.
awaitable<result<void>> read_rows(const services& world, request& what, mono_time end, account_rows& into) {
  while (true) {
    const auto piece = co_await what.incoming->next();
    if (!piece)
      co_return piece.error();
    if (!*piece)
      break;
    if (world.time.ticks() >= end)
      co_return fail(errc::timeout, "the file did not arrive within " +
                                        std::to_string(std::chrono::seconds{limits::import_body_deadline}.count()) +
                                        " s");
    const auto read = into.add(**piece);
    if (!read)
      co_return read.error();
  }
  co_return into.finish();
}

awaitable<std::vector<planned_account>> plan_all(std::vector<account_row> rows, const import_wish& wish,
                                                 const known_objects& known, import_report& report) {
  const auto executor = co_await boost::asio::this_coro::executor;
  import_planner planner{wish, known, report};
  std::vector<planned_account> planned;
  std::size_t turn = 0;
  for (auto& row : rows) {
    if (auto each = planner.plan(std::move(row)))
      planned.push_back(std::move(*each));
    if (++turn % turn_rows == 0)
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
  }
  co_return planned;
}

void log_import(const request& what, const import_report& report) {
  log::info("api.accounts_imported", {{"request", what.id},
                                      {"tenant", what.tenant.str()},
                                      {"rows", report.rows},
                                      {"created", report.created},
                                      {"updated", report.updated},
                                      {"unchanged", report.unchanged},
                                      {"skipped", report.skipped}});
}

/// All was checked: writes, unless nothing is to be written.
awaitable<response> carry_out(const services& world, const request& what, const import_wish& wish,
                              std::vector<planned_account> planned, const known_objects& known, import_report& report) {
  if (wish.dry_run) {
    for (const auto& each : planned)
      report.add_account(each.record.id());
    report.skipped = report.invalid;
    co_return answer_json(boost::json::serialize(report.json()));
  }
  // From here on only what is written counts.
  report.created = 0;
  report.updated = 0;
  if (report.invalid > 0 && !wish.skip_invalid) {
    report.unchanged = 0;
    report.skipped = report.rows;
    co_return refuse_with(fail(errc::invalid_argument, std::to_string(report.invalid) + " of " +
                                                           std::to_string(report.rows) +
                                                           " rows are not valid, so nothing was changed"),
                          report, what.id);
  }
  report.skipped = report.invalid;
  const auto done = co_await write_accounts(world, what, std::move(planned), known, report);
  log_import(what, report);
  if (done)
    co_return answer_json(boost::json::serialize(report.json()));
  const auto written = report.created + report.updated;
  report.skipped = report.rows - report.unchanged - written;
  auto why = done.error();
  why.detail += "; " + std::to_string(written) + " accounts were written before: send the same file again to go on";
  co_return refuse_with(std::move(why), report, what.id);
}

awaitable<response> import_accounts(const services& world, request& what) {
  const auto wish = wish_of(what);
  if (!wish)
    co_return refuse(wish.error());
  const auto format = import_format_of(what.content_type);
  if (!format)
    co_return refuse(problem{
        fail(errc::invalid_argument, "send the body in UTF-8 as Content-Type: text/csv or application/x-ndjson"), 415});
  const auto end = world.time.ticks() + limits::import_body_deadline;
  const import_slot slot{what.server->imports};
  if (!slot.granted())
    co_return refuse(fail(errc::busy, "other imports are under way"));
  operations unused;
  const auto exists = co_await require_tenant(world, what.tenant, unused);
  if (!exists)
    co_return refuse(exists.error());
  import_report report;
  report.dry_run = wish->dry_run;
  account_rows reader{*format, report};
  const auto read = co_await read_rows(world, what, end, reader);
  if (!read)
    co_return refuse_with(read.error(), report, what.id);
  auto rows = reader.take();
  auto sought = std::make_shared<const sought_accounts>(sought_by(rows, what.tenant));
  const auto known = co_await read_known_objects(world, what.tenant, std::move(sought));
  if (!known)
    co_return refuse(known.error());
  auto planned = co_await plan_all(std::move(rows), *wish, **known, report);
  co_return co_await carry_out(world, what, *wish, std::move(planned), **known, report);
}

constexpr std::array routes{
    route{method::post, "/v1/accounts/import", access::write, import_accounts, true, false, limits::import_bytes_max},
};

} // namespace

std::span<const route> import_routes() {
  return routes;
}

} // namespace postroom::api
