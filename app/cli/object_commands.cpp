#include "app/cli/command.hpp"
#include "app/cli/field_options.hpp"

#include <boost/json/serialize.hpp>

namespace postroom::app::cli {
namespace {

using storage::object_kind;

struct object_options : common_options {
  object_kind kind{};
  std::string id;
  field_inputs fields;
  std::uint64_t revision = 0; ///< 0: whatever it is
  std::size_t limit = 0;
};

/// What is said of each kind in its help.
struct kind_words {
  object_kind kind;
  const char* about;
  const char* fields_example;
  const char* set_example;
};

constexpr kind_words words[] = {
    {object_kind::tenant, "Tenants: separate customers, each with its own log", "--name 'Contoso Ltd'",
     "--name 'Contoso GmbH'"},
    {object_kind::provider, "Cloud providers: application registrations and mail servers",
     "--name Contoso --service microsoft_azure --directory-id … --application-id … --client-secret-file secret.txt",
     "--client-secret-file new-secret.txt --client-secret-expires 2028-01-31T00:00:00Z"},
    {object_kind::grant, "Grants: sign-ins of delegates",
     "--provider azure --delegate andrea@contoso.com "
     "--refresh-token-file token.txt",
     "--refresh-token-file token.txt"},
    {object_kind::account, "Accounts: mailboxes",
     "--name Support --email support@contoso.com --provider azure "
     "--grant andrea",
     "--folder INBOX/Support --clear catch_up_since"},
};

std::vector<session::column> columns_of(object_kind kind) {
  switch (kind) {
  case object_kind::tenant:
    return {{"ID", "id"}, {"NAME", "name"}, {"DECLARED", "declared"}, {"UPDATED", "updated"}};
  case object_kind::provider:
    return {{"ID", "id"},
            {"NAME", "name"},
            {"SERVICE", "service"},
            {"IMAP HOST", "imap_host"},
            {"SMTP HOST", "smtp_host"},
            {"SECRET", "has_client_secret"},
            {"SECRET EXPIRES", "client_secret_expires"}};
  case object_kind::grant:
    return {{"ID", "id"},
            {"PROVIDER", "provider"},
            {"KIND", "kind"},
            {"DELEGATE", "delegate"},
            {"REFRESHED", "refreshed"},
            {"TOKEN UNTIL", "access_token_expires"}};
  case object_kind::account:
    break;
  }
  return {{"ID", "id"},
          {"NAME", "name"},
          {"EMAIL", "email"},
          {"STATE", "status.state"},
          {"IN STEP", "status.in_step"},
          {"CONFIRMED", "status.last_confirmed"},
          {"ERROR", "status.last_error.code"}};
}

api_call call_on(const object_options& options, std::string method, bool one = true) {
  api_call call;
  call.method = std::move(method);
  const auto collection = std::string{to_string(options.kind)} + 's';
  call.path = one ? path_of({collection, options.id}) : path_of({collection});
  call.of_tenant = options.kind != object_kind::tenant;
  if (one && call.method != "GET")
    call.headers.emplace_back("If-Match", options.revision == 0 ? "*" : '"' + std::to_string(options.revision) + '"');
  return call;
}

exit_code list(session& live, const object_options& options) {
  return live.list(call_on(options, "GET", false), columns_of(options.kind), options.limit);
}

exit_code show(session& live, const object_options& options) {
  return live.show(call_on(options, "GET"));
}

exit_code send_fields(session& live, const object_options& options, api_call call) {
  auto body = body_of(options.kind, options.fields, live.world().variable, live.world().in);
  if (!body)
    return live.complain(body.error());
  if (call.method == "POST" && !options.id.empty())
    (*body)["id"] = options.id;
  call.body = boost::json::serialize(*body);
  return live.show(std::move(call));
}

exit_code add(session& live, const object_options& options) {
  return send_fields(live, options, call_on(options, "POST", false));
}

exit_code set(session& live, const object_options& options) {
  if (options.fields.empty())
    return live.complain(fail(errc::invalid_argument, "name at least one field to set; see --help"));
  return send_fields(live, options, call_on(options, "PATCH"));
}

exit_code remove(session& live, const object_options& options) {
  return live.perform(call_on(options, "DELETE"),
                      std::string{to_string(options.kind)} + " " + options.id + " is removed");
}

void add_id(CLI::App& leaf, object_options& options, bool required) {
  leaf.add_option("id", options.id, required ? "Its id" : "Its id; without, one is made up")
      ->type_name("ID")
      ->required(required);
}

void add_revision(CLI::App& leaf, object_options& options) {
  leaf.add_option("--if-revision", options.revision, "Only if this is still its revision, as `show` tells it");
}

void add_kind(CLI::App& group, command_shelf& shelf, const kind_words& about) {
  const std::string noun{to_string(about.kind)};
  const auto fresh = [kind = about.kind] {
    auto options = std::make_shared<object_options>();
    options->kind = kind;
    return options;
  };
  const auto example = "postroom " + noun;
  auto options = fresh();
  auto* leaf = &add_leaf(group, "list", "List all", example + " list --json | jq -r .id");
  leaf->add_option("--limit", options->limit, "At most so many; 0: all")->capture_default_str();
  on_run(shelf, *leaf, options, list);

  options = fresh();
  leaf = &add_leaf(group, "show", "Show one with all its fields", example + " show " + noun + "1");
  add_id(*leaf, *options, true);
  on_run(shelf, *leaf, options, show);

  options = fresh();
  leaf = &add_leaf(group, "add", "Make a new one; the gateway puts it to work at once",
                   example + " add " + noun + "1 " + about.fields_example);
  add_id(*leaf, *options, about.kind == object_kind::tenant);
  add_field_options(*leaf, about.kind, options->fields, false);
  on_run(shelf, *leaf, options, add);

  options = fresh();
  leaf = &add_leaf(group, "set", "Change fields; those not named stay as they are",
                   example + " set " + noun + "1 " + about.set_example);
  add_id(*leaf, *options, true);
  add_field_options(*leaf, about.kind, options->fields, true);
  add_revision(*leaf, *options);
  on_run(shelf, *leaf, options, set);

  options = fresh();
  leaf = &add_leaf(group, "remove", "Remove one that nothing uses", example + " remove " + noun + "1");
  add_id(*leaf, *options, true);
  add_revision(*leaf, *options);
  on_run(shelf, *leaf, options, remove);
}

} // namespace

void add_object_commands(CLI::App& program, command_shelf& shelf) {
  for (const auto& about : words) {
    auto& group = *program.add_subcommand(std::string{to_string(about.kind)}, about.about)->require_subcommand(1);
    add_kind(group, shelf, about);
    if (about.kind == object_kind::provider) {
      add_provider_lint(group, shelf);
      add_provider_sign_in(group, shelf);
      add_provider_credentials(group, shelf);
    }
    if (about.kind == object_kind::grant)
      add_grant_commands(group, shelf);
    if (about.kind == object_kind::account) {
      add_account_commands(group, shelf);
      add_account_transfer(group, shelf);
    }
  }
}

} // namespace postroom::app::cli
