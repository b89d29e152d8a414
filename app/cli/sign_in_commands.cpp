#include "app/cli/command.hpp"
#include "app/cli/event_end.hpp"
#include "app/cli/sign_in_text.hpp"
#include "app/cli/text_table.hpp"
#include "base/ascii.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ostream>

/// Sign-ins: in a browser, on another device, and an administrator's consent.
namespace postroom::app::cli {
namespace {

using namespace std::chrono_literals;

/// How long the gateway may hold a question for events; below the default of --timeout.
constexpr auto events_wait = 20s;
/// A link lives 15 minutes.
constexpr int event_rounds_max = 50;
/// Between two looks at a sign-in on another device; the gateway asks the platform at its own pace.
constexpr std::chrono::milliseconds device_pause = 3s;
/// 15 minutes, and what a platform may give beyond.
constexpr int device_rounds_max = 400;
/// How often it is told that nothing has happened.
constexpr int progress_every = 20;

struct sign_in_options : common_options {
  std::string provider;
  std::string delegate;
  std::string grant;
  std::string prompt;
  bool form_post = false;
  bool wait = false;
};

std::string wish_of(const sign_in_options& options) {
  boost::json::object wish;
  if (!options.delegate.empty())
    wish["delegate"] = options.delegate;
  if (!options.grant.empty())
    wish["grant"] = options.grant;
  if (!options.prompt.empty())
    wish["prompt"] = options.prompt;
  if (options.form_post)
    wish["form_post"] = true;
  return boost::json::serialize(wish);
}

api_call post_to(const sign_in_options& options, std::string_view what, std::string body) {
  api_call call;
  call.method = "POST";
  call.path = path_of({"providers", options.provider, what});
  call.body = std::move(body);
  return call;
}

/// The gateway's events after a position; nothing when that went wrong, which has been told.
std::optional<json_document> events_after(session& live, std::uint64_t after, std::string limit,
                                          std::chrono::seconds wait) {
  api_call call;
  call.path = path_of({"events"});
  call.query = {{"after", std::to_string(after)}, {"limit", std::move(limit)}};
  if (wait > 0s)
    call.query.emplace_back("wait", std::to_string(wait.count()));
  return live.fetch(std::move(call));
}

std::optional<std::uint64_t> log_end(session& live) {
  return end_of_log([&](std::uint64_t after) -> std::optional<bool> {
    const auto page = events_after(live, after, "1", 0s);
    simdjson::dom::array items;
    if (!page || page->root()["items"].get(items) != simdjson::SUCCESS)
      return {};
    return items.size() > 0;
  });
}

/// Whether an event ends the sign-in that was begun: there is no other mark than for whom it was.
bool is_of(const sign_in_options& options, json_element event) {
  if (text_at(event, "data.provider") != options.provider)
    return false;
  return options.delegate.empty() || ascii_iequals(text_at(event, "data.delegate"), options.delegate) ||
         ascii_iequals(text_at(event, "data.upn"), options.delegate);
}

/// How it ended, if this event tells.
std::optional<exit_code> end_in(session& live, const sign_in_options& options, json_element event) {
  const auto type = text_at(event, "type");
  const bool good = type == "provider.signed_in";
  if ((!good && type != "provider.sign_in_failed") || !is_of(options, event))
    return {};
  if (live.json())
    live.world().out << one_line(event) << '\n';
  const auto data = value_at(event, "data");
  if (!data)
    return {};
  if (!good)
    return print_sign_in_failure(live.world().err, *data);
  if (!live.json())
    print_signed_in(live.world().out, *data, options.provider);
  return exit_code::done;
}

exit_code wait_for_end(session& live, const sign_in_options& options, std::uint64_t after) {
  for (int round = 0; round < event_rounds_max; ++round) {
    const auto page = events_after(live, after, "100", events_wait);
    if (!page)
      return live.failed_with();
    simdjson::dom::array items;
    if (page->root()["items"].get(items) != simdjson::SUCCESS)
      return live.complain(fail(errc::protocol_violation, "the answer is not a page of events"));
    for (const auto event : items) {
      if (const auto end = end_in(live, options, event))
        return *end;
      std::uint64_t seq = 0;
      if (event["seq"].get(seq) == simdjson::SUCCESS)
        after = std::max(after, seq);
    }
  }
  return live.complain(fail(errc::timeout, "nobody has signed in; begin anew"));
}

exit_code show_link(session& live, const json_document& link, std::string_view who) {
  if (live.json())
    live.world().out << one_line(link.root()) << '\n' << std::flush;
  else
    live.world().out << harmless(text_at(link.root(), "url")) << '\n' << std::flush;
  if (!live.json())
    live.world().err << "Open it in the browser of " << who << " and press 'Go on' there; good once, until "
                     << readable_time(text_at(link.root(), "expires")) << '\n';
  return exit_code::done;
}

exit_code authenticate(session& live, const sign_in_options& options) {
  const auto before = options.wait ? log_end(live) : std::optional<std::uint64_t>{0};
  if (!before)
    return live.failed_with();
  const auto link = live.fetch(post_to(options, "authenticate", wish_of(options)));
  if (!link)
    return live.failed_with();
  const auto shown = show_link(live, *link, "the person who signs in");
  return options.wait ? wait_for_end(live, options, *before) : shown;
}

exit_code ask_administrator(session& live, const sign_in_options& options) {
  const auto link = live.fetch(post_to(options, "admin-consent", {}));
  return link ? show_link(live, *link, "an administrator of the directory") : live.failed_with();
}

/// How a sign-in on another device stands; nothing while it is waited for.
std::optional<exit_code> end_of_device(session& live, const sign_in_options& options, json_element shown) {
  const auto state = text_at(shown, "state");
  if (state == "waiting")
    return {};
  if (live.json())
    live.world().out << one_line(shown) << '\n';
  if (const auto who = value_at(shown, "outcome"); state == "done" && who) {
    if (!live.json())
      print_signed_in(live.world().out, *who, options.provider);
    return exit_code::done;
  }
  if (const auto why = value_at(shown, "failure"); state == "failed" && why)
    return print_sign_in_failure(live.world().err, *why);
  return live.complain(fail(errc::protocol_violation, "the answer does not tell how the sign-in stands"));
}

exit_code authorize(session& live, const sign_in_options& options) {
  const auto begun = live.fetch(post_to(options, "device-sign-ins", wish_of(options)));
  if (!begun)
    return live.failed_with();
  const auto id = text_at(begun->root(), "id");
  auto& err = live.world().err;
  err << "Open " << harmless(text_at(begun->root(), "verification_uri")) << " on any device and enter the code "
      << harmless(text_at(begun->root(), "user_code")) << '\n';
  const auto expires = readable_time(text_at(begun->root(), "expires"));
  api_call call;
  call.path = path_of({"providers", options.provider, "device-sign-ins", id});
  for (int round = 0; round < device_rounds_max; ++round) {
    if (round % progress_every == 0)
      err << "waiting for the sign-in; the code is good until " << expires << '\n' << std::flush;
    live.world().pause(device_pause);
    const auto shown = live.fetch(call);
    if (!shown)
      return live.failed_with();
    if (const auto end = end_of_device(live, options, shown->root()))
      return *end;
  }
  return live.complain(fail(errc::timeout, "nobody has signed in; begin anew"));
}

void add_provider_of(CLI::App& leaf, sign_in_options& options) {
  leaf.add_option("provider", options.provider, "The provider's id")->type_name("PROVIDER")->required();
}

void add_person(CLI::App& leaf, sign_in_options& options) {
  leaf.add_option("--delegate", options.delegate, "Who is to sign in; anybody else is refused")->type_name("ADDRESS");
  leaf.add_option("--grant", options.grant, "The grant to be renewed; else that of who signs in, or a new one")
      ->type_name("ID");
}

} // namespace

void add_provider_sign_in(CLI::App& provider, command_shelf& shelf) {
  auto options = std::make_shared<sign_in_options>();
  auto& leaf = add_leaf(provider, "authenticate",
                        "Make a one-time address at which a delegate signs in with a browser, and print it",
                        "postroom provider authenticate azure --delegate andrea@contoso.com --wait");
  add_provider_of(leaf, *options);
  add_person(leaf, *options);
  leaf.add_option("--prompt", options->prompt, "What the platform must ask for: login, consent, select_account");
  leaf.add_flag("--form-post", options->form_post, "The platform's answer comes as a form, not in the address");
  leaf.add_flag("--wait", options->wait, "Wait until somebody has signed in, or it has failed");
  on_run(shelf, leaf, options, authenticate);

  options = std::make_shared<sign_in_options>();
  auto& consent = add_leaf(provider, "admin-consent",
                           "Make a one-time address at which an administrator consents for the whole directory",
                           "postroom provider admin-consent azure");
  add_provider_of(consent, *options);
  on_run(shelf, consent, options, ask_administrator);
}

void add_authorize_command(CLI::App& program, command_shelf& shelf) {
  auto options = std::make_shared<sign_in_options>();
  auto& leaf = add_leaf(program, "authorize",
                        "Sign a delegate in without a browser on this machine: prints a code to be entered on any "
                        "other device, and waits",
                        "postroom authorize azure --delegate andrea@contoso.com");
  add_provider_of(leaf, *options);
  add_person(leaf, *options);
  on_run(shelf, leaf, options, authorize);
}

} // namespace postroom::app::cli
