#include "app/cli/command.hpp"

#include <algorithm>

namespace postroom::app::cli {
namespace {

struct outbox_options : common_options {
  std::string account;
  std::vector<std::string> mails;
  std::string state;
  std::size_t limit = 100;
  std::string deed; ///< `cancel`, `hold` …
};

exit_code list(session& live, const outbox_options& options) {
  api_call call;
  call.path = path_of({"accounts", options.account, "outbox"});
  if (!options.state.empty())
    call.query.emplace_back("state", options.state);
  return live.list(std::move(call),
                   {{"ID", "id"},
                    {"STATE", "state"},
                    {"CREATED", "created"},
                    {"SUBJECT", "subject"},
                    {"TRIES", "attempts"},
                    {"NEXT TRY", "next_try"},
                    {"ERROR", "last_error.class"}},
                   options.limit);
}

exit_code counts(session& live, const outbox_options& options) {
  api_call call;
  call.path = path_of({"accounts", options.account, "outbox-counts"});
  return live.show(std::move(call));
}

/// All of them, whatever becomes of one; the first failure counts.
exit_code each_mail(session& live, const outbox_options& options) {
  auto worst = exit_code::done;
  for (const auto& mail : options.mails) {
    api_call call;
    call.path = path_of({"accounts", options.account, "outbox", mail});
    if (!options.deed.empty()) {
      call.method = "POST";
      call.path += "/" + options.deed;
    }
    const auto code = live.show(std::move(call));
    if (worst == exit_code::done)
      worst = code;
  }
  return worst;
}

void add_account(CLI::App& leaf, outbox_options& options) {
  leaf.add_option("--account", options.account, "The account whose outbox it is")->type_name("ID")->required();
}

} // namespace

void add_outbox_commands(CLI::App& program, command_shelf& shelf) {
  auto& group = *program.add_subcommand("outbox", "Mails to be sent")->require_subcommand(1);
  add_outbox_send(group, shelf);

  auto options = std::make_shared<outbox_options>();
  auto& listing = add_leaf(group, "list", "List an account's mails",
                           "postroom outbox list --account support --state failed --json | jq -r .id");
  add_account(listing, *options);
  listing.add_option("--state", options->state,
                     "Only in this state: queued, sending, sent, deferred, held, failed, cancelled");
  listing.add_option("--limit", options->limit, "At most so many; 0: all")->capture_default_str();
  on_run(shelf, listing, options, list);

  const auto add = [&](const std::string& name, const std::string& description, bool changes) {
    auto each = std::make_shared<outbox_options>();
    each->deed = changes ? name : std::string{};
    auto& leaf = add_leaf(group, name, description, "postroom outbox " + name + " --account support MAIL");
    add_account(leaf, *each);
    leaf.add_option("mail", each->mails, "Ids, as `outbox list` tells them")->type_name("MAIL ...")->required();
    on_run(shelf, leaf, each, each_mail);
  };
  add("show", "Show mails with every attempt and what the server said", false);
  add("cancel", "Do not send mails that have not been sent yet", true);
  add("hold", "Keep mails back until they are released", true);
  add("release", "Send mails that were held", true);
  add("requeue", "Try mails again that failed or were cancelled", true);

  options = std::make_shared<outbox_options>();
  auto& counting =
      add_leaf(group, "counts", "Count an account's mails by state", "postroom outbox counts --account support");
  add_account(counting, *options);
  on_run(shelf, counting, options, counts);
}

} // namespace postroom::app::cli
