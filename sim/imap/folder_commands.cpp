#include "sim/imap/list_request.hpp"
#include "sim/imap/session.hpp"

#include <algorithm>
#include <set>
#include <utility>

/// The commands of imap_session that work on folders as a whole.
namespace postroom::sim {
namespace {

/// INBOX stays without quotes, as servers write it.
std::string folder_text(std::string_view name) {
  return name == "INBOX" ? std::string{name} : quoted_text(name);
}

bool has_children(const mailbox& in, std::string_view name) {
  return std::ranges::any_of(in.folders(), [name](const auto& each) {
    return each->name().size() > name.size() && each->name().starts_with(name) && each->name()[name.size()] == '/';
  });
}

/// Levels above folders that are none themselves: `[Gmail]`.
std::set<std::string> bare_levels(const mailbox& in) {
  std::set<std::string> levels;
  for (const auto& each : in.folders())
    for (auto slash = each->name().find('/'); slash != std::string::npos; slash = each->name().find('/', slash + 1))
      if (!in.find(each->name().substr(0, slash)))
        levels.insert(each->name().substr(0, slash));
  return levels;
}

bool matches_any(const list_request& request, std::string_view name) {
  return std::ranges::any_of(request.patterns, [name](const auto& each) { return list_matches(each, name); });
}

} // namespace

void imap_session::do_namespace(argument_reader&) {
  say(R"(* NAMESPACE (("" "/")) NIL NIL)");
  ok();
}

void imap_session::do_list(argument_reader& arguments) {
  const bool subscribed_only = command_ == "LSUB";
  const auto request = parse_list_request(arguments, !subscribed_only && talents_of(services_.face).extended_list);
  if (!request)
    return refuse(imap_reply::bad_arguments);
  const auto line = [this](const std::string& attributes, std::string_view name) {
    say("* " + command_ + " (" + attributes + ") \"/\" " + folder_text(name));
  };
  if (std::ranges::find(request->patterns, "") != request->patterns.end())
    line("\\Noselect", "");
  for (const auto& level : bare_levels(*mailbox_))
    if (matches_any(*request, level) && !request->only_special && !request->only_subscribed && !subscribed_only)
      line("\\Noselect \\HasChildren", level);
  for (const auto& each : mailbox_->folders()) {
    if (!matches_any(*request, each->name()) || (request->only_special && each->use().empty()) ||
        ((request->only_subscribed || subscribed_only) && !each->subscribed))
      continue;
    std::string attributes = has_children(*mailbox_, each->name()) ? "\\HasChildren" : "\\HasNoChildren";
    if (request->tells_subscribed && each->subscribed)
      attributes += " \\Subscribed";
    if (talents_of(services_.face).special_use && !each->use().empty())
      attributes += " " + each->use();
    line(attributes, each->name());
    if (!request->status)
      continue;
    const auto status = status_line(*each, *request->status);
    if (status.empty())
      return refuse(imap_reply::bad_arguments);
    say(status);
  }
  ok();
}

std::string imap_session::status_line(const folder& of, std::string_view wanted) {
  const auto unseen = std::ranges::count_if(of.mails(), [](const mail& each) { return (each.flags & seen) == 0; });
  const bool condstore = talents_of(services_.face).condstore;
  std::string items;
  for (argument_reader reader{wanted}; !reader.at_end();) {
    const auto item = upper_case(reader.word().value_or(""));
    const bool asks_mod_seq = condstore && item == "HIGHESTMODSEQ";
    const auto value = item == "MESSAGES"      ? std::to_string(of.mails().size())
                       : item == "UIDNEXT"     ? std::to_string(of.uid_next())
                       : item == "UIDVALIDITY" ? std::to_string(of.uid_validity())
                       : item == "UNSEEN"      ? std::to_string(unseen)
                       : item == "RECENT"      ? "0"
                       : asks_mod_seq          ? std::to_string(of.highest_mod_seq())
                                               : "";
    if (value.empty())
      return {};
    if (asks_mod_seq)
      enable_condstore();
    items.append(items.empty() ? "" : " ").append(item).append(" ").append(value);
  }
  return items.empty() ? std::string{} : "* STATUS " + quoted_text(of.name()) + " (" + items + ")";
}

void imap_session::do_status(argument_reader& arguments) {
  const auto name = arguments.string();
  const auto wanted = arguments.list();
  if (!name || !wanted)
    return refuse(imap_reply::bad_arguments);
  const auto* of = mailbox_->find(*name);
  if (!of)
    return refuse(no_folder_text(services_.face, *name, false));
  const auto line = status_line(*of, *wanted);
  if (line.empty())
    return refuse(imap_reply::bad_arguments);
  say(line);
  ok();
}

// -- Making and removing ---------------------------------------------------------------------------------------------

void imap_session::finish_change(const result<void>& outcome) {
  if (outcome)
    return ok();
  switch (outcome.error().code) {
  case errc::conflict:
    return refuse("NO [ALREADYEXISTS] Mailbox already exists");
  case errc::not_found:
    return refuse("NO [NONEXISTENT] Mailbox doesn't exist");
  default:
    return refuse("NO [CANNOT] The folder cannot be changed so");
  }
}

void imap_session::do_create(argument_reader& arguments) {
  const auto name = arguments.string();
  if (!name)
    return refuse(imap_reply::bad_arguments);
  finish_change(mailbox_->create(*name));
}

void imap_session::do_delete(argument_reader& arguments) {
  const auto name = arguments.string();
  if (!name)
    return refuse(imap_reply::bad_arguments);
  auto* const open = folder_;
  if (open && mailbox_->find(*name) == open) // this session need not be told
    close_folder();
  const auto outcome = mailbox_->remove(*name);
  if (open && !folder_ && !outcome)
    this->open(*open);
  finish_change(outcome);
}

void imap_session::do_rename(argument_reader& arguments) {
  const auto from = arguments.string();
  const auto to = arguments.string();
  if (!from || !to)
    return refuse(imap_reply::bad_arguments);
  finish_change(mailbox_->rename(*from, *to));
}

void imap_session::do_subscribe(argument_reader& arguments) {
  const auto name = arguments.string();
  if (!name)
    return refuse(imap_reply::bad_arguments);
  auto* const found = mailbox_->find(*name);
  if (!found)
    return refuse(no_folder_text(services_.face, *name, false));
  found->subscribed = command_ == "SUBSCRIBE";
  ok();
}

} // namespace postroom::sim
