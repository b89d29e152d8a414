#include "app/cli/command.hpp"
#include "app/commands.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ostream>

namespace postroom::app::cli {
namespace {

struct list_options : common_options {
  std::size_t limit = 0;
};

struct revoke_options : common_options {
  std::string id;
};

struct create_options : common_options {
  token_options local;
  int days = 0;
};

exit_code list(session& live, const list_options& options) {
  api_call call;
  call.path = path_of({"tokens"});
  call.of_tenant = false;
  return live.list(std::move(call),
                   {{"ID", "id"},
                    {"NOTE", "note"},
                    {"TENANT", "tenant"},
                    {"SCOPES", "scopes"},
                    {"CREATED", "created"},
                    {"EXPIRES", "expires"}},
                   options.limit);
}

exit_code revoke(session& live, const revoke_options& options) {
  api_call call;
  call.method = "DELETE";
  call.path = path_of({"tokens", options.id});
  call.of_tenant = false;
  return live.perform(std::move(call), "token " + options.id + " is revoked");
}

/// Over the API of a gateway that runs.
exit_code create(session& live, const create_options& options) {
  boost::json::object body;
  boost::json::array scopes;
  for (const auto& each : options.local.scopes)
    scopes.emplace_back(each);
  body["scopes"] = std::move(scopes);
  if (!options.local.note.empty())
    body["note"] = options.local.note;
  if (!options.where.tenant.empty())
    body["tenant"] = options.where.tenant;
  if (options.days > 0)
    body["expires"] = to_rfc3339(live.world().time.now() + std::chrono::days{options.days});
  api_call call;
  call.method = "POST";
  call.path = path_of({"tokens"});
  call.of_tenant = false;
  call.body = boost::json::serialize(body);
  const auto made = live.fetch(std::move(call));
  if (!made)
    return live.failed_with();
  live.world().out << (live.json() ? one_line(made->root()) : text_at(made->root(), "token")) << '\n';
  live.world().err << "This token is shown once and stored only as a hash.\n";
  return exit_code::done;
}

} // namespace

void add_token_commands(CLI::App& token, command_shelf& shelf) {
  auto listing = std::make_shared<list_options>();
  auto& list_leaf = add_leaf(token, "list", "List the tokens of a running gateway; never the tokens themselves",
                             "postroom token list");
  list_leaf.add_option("--limit", listing->limit, "At most so many; 0: all")->capture_default_str();
  on_run(shelf, list_leaf, listing, list);

  auto revoking = std::make_shared<revoke_options>();
  auto& revoke_leaf =
      add_leaf(token, "revoke", "Remove a token; requests with it are refused from now on", "postroom token revoke ID");
  revoke_leaf.add_option("id", revoking->id, "Its id, as `token list` tells it")->type_name("ID")->required();
  on_run(shelf, revoke_leaf, revoking, revoke);
}

void add_token_create(CLI::App& token, command_shelf& shelf) {
  auto options = std::make_shared<create_options>();
  auto& leaf = add_leaf(token, "create",
                        "Make a token and print it: in the store of a gateway that does not run, or with --url by one "
                        "that does",
                        "postroom token create --url http://127.0.0.1:8025 --scope read --days 90 --note reports");
  leaf.add_option("-c,--config", options->local.config_file, "Configuration file; without --url")
      ->capture_default_str();
  leaf.add_option("--note", options->local.note, "What the token is for");
  leaf.add_option("--scope", options->local.scopes, "read, write or admin")->capture_default_str();
  leaf.add_option("--days", options->days, "Days until it expires; 0: never")->check(CLI::NonNegativeNumber);
  add_common_options(leaf, *options);
  leaf.get_option("--tenant")->description("Only for this tenant; without: for all");
  leaf.get_option("--url")->description("Ask the gateway there instead of opening its store");
  leaf.callback([&shelf, options] {
    shelf.chosen = [&shelf, options] {
      if (options->where.url.empty()) {
        options->local.tenant = options->where.tenant;
        options->local.life = std::chrono::days{options->days};
        return create_token(options->local);
      }
      session live{shelf.world, *options};
      return static_cast<int>(live ? create(live, *options) : live.failed_with());
    };
  });
}

} // namespace postroom::app::cli
