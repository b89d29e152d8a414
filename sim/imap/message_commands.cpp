#include "sim/imap/search.hpp"
#include "sim/imap/session.hpp"

#include <algorithm>

/// The commands of imap_session that change mails, and SEARCH.
namespace postroom::sim {
namespace {

/// No client may fill the memory.
constexpr std::size_t folder_mails_max = 200'000;
constexpr std::size_t appended_octets_max = std::size_t{1} << 30U;

mail_marks merged(const mail_marks& old, const mail_marks& named, std::string_view verb) {
  if (verb == "FLAGS")
    return named;
  if (verb == "+FLAGS")
    return {static_cast<std::uint8_t>(old.flags | named.flags), old.keywords | named.keywords};
  return {static_cast<std::uint8_t>(old.flags & ~named.flags), old.keywords & ~named.keywords};
}

/// `(UNCHANGEDSINCE 5)` in front of what is stored. False when it is malformed.
bool parse_store_modifier(argument_reader& arguments, std::optional<std::uint64_t>& unchanged_since) {
  const auto inside = arguments.list();
  if (!inside)
    return true;
  argument_reader reader{*inside};
  if (upper_case(reader.word().value_or("")) != "UNCHANGEDSINCE")
    return false;
  unchanged_since = parse_mod_seq(reader.word().value_or(""));
  return unchanged_since && reader.at_end();
}

} // namespace

bool imap_session::is_full(const folder& into, std::size_t octets) {
  return into.mails().size() >= folder_mails_max || mailbox_->appended_octets + octets > appended_octets_max;
}

void imap_session::do_append(argument_reader& arguments) {
  const auto name = arguments.string();
  const auto flags = parse_flag_list(arguments.list().value_or(""), talents_of(services_.face).keywords);
  auto received = services_.time.now();
  if (arguments.rest().starts_with('"')) {
    const auto date = arguments.string();
    const auto parsed = date ? parse_internal_date(*date) : std::nullopt;
    if (!parsed)
      return refuse(imap_reply::bad_arguments);
    received = *parsed;
  }
  auto raw = arguments.string();
  if (!name || !raw || !flags)
    return refuse(imap_reply::bad_arguments);
  auto* into = mailbox_->find(*name);
  if (!into)
    return refuse(no_folder_text(services_.face, *name, true));
  if (is_full(*into, raw->size()))
    return refuse(imap_reply::over_quota);
  mailbox_->appended_octets += raw->size();
  const auto marks = marks_of(*flags, *into, talents_of(services_.face).keywords);
  const auto uid =
      into->add(std::make_shared<const std::string>(std::move(*raw)), received, marks.flags, marks.keywords);
  ok("APPENDUID " + std::to_string(into->uid_validity()) + " " + std::to_string(uid));
}

// -- Expunge ---------------------------------------------------------------------------------------------------------

void imap_session::expunge_deleted(const std::optional<number_set>& among) {
  std::vector<std::uint32_t> uids;
  const auto highest = view_.last_uid();
  const auto wanted = among ? std::optional{number_set{among->merged(highest)}} : std::nullopt;
  for (const auto& each : folder_->mails())
    if ((each.flags & deleted) && view_.knows(each.uid) && (!wanted || wanted->contains(each.uid, highest)))
      uids.push_back(each.uid);
  for (const auto uid : uids)
    folder_->expunge(uid);
}

void imap_session::do_expunge(argument_reader& arguments) {
  const auto set = by_uid_ ? parse_number_set(arguments.word().value_or("")) : std::nullopt;
  if (by_uid_ && !set)
    return refuse(imap_reply::bad_arguments);
  if (read_only_)
    return refuse(imap_reply::read_only);
  expunge_deleted(set);
  ok(qresync_ ? "HIGHESTMODSEQ " + std::to_string(folder_->highest_mod_seq()) : std::string{});
}

// -- Store -----------------------------------------------------------------------------------------------------------

void imap_session::do_store(argument_reader& arguments) {
  const auto can = talents_of(services_.face);
  const auto set = parse_number_set(arguments.word().value_or(""));
  std::optional<std::uint64_t> unchanged_since;
  if (!set || !fits(*set) || (can.condstore && !parse_store_modifier(arguments, unchanged_since)))
    return refuse(imap_reply::bad_arguments);
  const auto mode = upper_case(arguments.word().value_or(""));
  const bool silent = mode.ends_with(".SILENT");
  const auto verb = mode.substr(0, mode.size() - (silent ? 7 : 0));
  const auto list = arguments.list();
  if (can.gmail && verb.ends_with("X-GM-LABELS"))
    return store_labels(*set, verb, silent, list.value_or(arguments.rest()));
  const auto flags = parse_flag_list(list.value_or(arguments.rest()), can.keywords);
  if (!flags || (verb != "FLAGS" && verb != "+FLAGS" && verb != "-FLAGS") || (!list && arguments.at_end()))
    return refuse(imap_reply::bad_arguments);
  if (read_only_)
    return refuse(imap_reply::read_only);
  if (unchanged_since)
    enable_condstore();
  const auto known_keywords = folder_->keywords().size();
  const auto named = marks_of(*flags, *folder_, can.keywords);
  if (folder_->keywords().size() > known_keywords)
    say("* FLAGS (" + flag_names() + ")");
  std::vector<std::uint32_t> modified;
  for (const auto& message : chosen(*set)) {
    const auto* found = folder_->find(message.uid);
    if (!found)
      continue;
    if (unchanged_since && found->mod_seq > *unchanged_since) {
      modified.push_back(by_uid_ ? message.uid : message.sequence);
      continue;
    }
    folder_->set_marks(message.uid, merged({found->flags, found->keywords}, named, verb), this);
    if (!silent)
      send_flags(message);
    else if (condstore_)
      send_mod_seq(message);
  }
  ok(modified.empty() ? std::string{} : "MODIFIED " + number_set_text(modified));
}

/// Putting a label on is copying into its folder, taking it off is expunging from there.
void imap_session::store_labels(const number_set& set, std::string_view verb, bool silent, std::string_view list) {
  std::vector<std::string> names;
  for (argument_reader reader{list}; !reader.at_end();) {
    auto name = reader.string();
    if (!name)
      return refuse(imap_reply::bad_arguments);
    names.push_back(std::move(*name));
  }
  if (names.empty() || !mailbox_->labels() || (verb != "+X-GM-LABELS" && verb != "-X-GM-LABELS"))
    return refuse(imap_reply::bad_arguments);
  if (read_only_)
    return refuse(imap_reply::read_only);
  const auto messages = chosen(set);
  for (const auto& name : names) {
    if (verb.front() == '+' && !mailbox_->labels()->find(name))
      (void)mailbox_->create(name);
    auto* const label = mailbox_->labels()->find(name);
    if (!label)
      continue;
    for (const auto& message : messages) {
      const auto* const found = folder_->find(message.uid);
      const auto* const there = found ? label->find_id(found->id) : nullptr;
      if (there && verb.front() == '-')
        label->expunge(there->uid);
      else if (found && !there && verb.front() == '+' && !is_full(*label, 0))
        label->add(found->raw, found->received, found->flags, 0, found->id);
    }
  }
  const fetch_item item{.what = fetch_item::kind::gm_labels, .label = "X-GM-LABELS"};
  for (const auto& message : messages)
    if (!silent && folder_->find(message.uid))
      send_items(message, {fetch_item{.what = fetch_item::kind::uid, .label = "UID"}, item});
  ok();
}

// -- Copy and move ---------------------------------------------------------------------------------------------------

void imap_session::do_copy(argument_reader& arguments) {
  const auto set = parse_number_set(arguments.word().value_or(""));
  const auto name = arguments.string();
  const bool moves = command_ == "MOVE";
  if (!set || !name || !fits(*set))
    return refuse(imap_reply::bad_arguments);
  auto* into = mailbox_->find(*name);
  if (!into)
    return refuse(no_folder_text(services_.face, *name, true));
  if (moves && read_only_)
    return refuse(imap_reply::read_only);
  const auto messages = chosen(*set);
  if (into->mails().size() + messages.size() > folder_mails_max)
    return refuse(imap_reply::over_quota);
  std::vector<std::uint32_t> sources, copies;
  for (const auto& message : messages) {
    const auto* found = folder_->find(message.uid);
    if (!found)
      continue;
    const auto marks = marks_elsewhere({found->flags, found->keywords}, *folder_, *into);
    const auto* there = mailbox_->labels() ? into->find_id(found->id) : nullptr; // a label is put on once
    sources.push_back(message.uid);
    copies.push_back(there ? there->uid
                           : into->add(found->raw, found->received, marks.flags, marks.keywords, found->id));
  }
  const auto code = "COPYUID " + std::to_string(into->uid_validity()) + " " + number_set_text(sources) + " " +
                    number_set_text(copies);
  const bool exchange = services_.face == service::microsoft;
  if (exchange && ((sources.empty() && services_.quirks.empty_copy_uid) || services_.quirks.bare_copy_uid))
    say(services_.quirks.bare_copy_uid && !sources.empty() ? "[" + code + "]" : "* OK [" + code + "]");
  else if (!sources.empty() && moves)
    say("* OK [" + code + "] Moved UIDs.");
  for (const auto uid : sources)
    if (moves)
      folder_->expunge(uid);
  if (!moves)
    return ok(sources.empty() || (exchange && services_.quirks.bare_copy_uid) ? std::string{} : code);
  ok(qresync_ ? "HIGHESTMODSEQ " + std::to_string(folder_->highest_mod_seq()) : std::string{});
}

// -- Search ----------------------------------------------------------------------------------------------------------

void imap_session::do_search(argument_reader& arguments) {
  const auto can = talents_of(services_.face);
  std::optional<std::string> wanted;
  if (can.esearch && upper_case(arguments.rest().substr(0, 8)) == "RETURN (") {
    (void)arguments.word();
    const auto options = arguments.list();
    if (!options || !are_search_results(*options))
      return refuse(imap_reply::bad_arguments);
    wanted = upper_case(*options);
  }
  if (upper_case(arguments.rest().substr(0, 8)) == "CHARSET ") {
    (void)arguments.word();
    const auto charset = upper_case(arguments.string().value_or(""));
    if (charset != "US-ASCII" && (services_.face == service::microsoft || charset != "UTF-8"))
      return refuse(imap_reply::bad_charset);
  }
  const auto search =
      parse_search(arguments.rest(), {can.search_groups, can.condstore, can.gmail, folder_->keywords()});
  if (!search)
    return refuse(imap_reply::bad_arguments);
  if (search->uses_mod_seq)
    enable_condstore();
  std::vector<std::uint32_t> numbers;
  std::uint64_t mod_seq = 0;
  const auto size = static_cast<std::uint32_t>(view_.size());
  for (std::uint32_t sequence = 1; sequence <= size; ++sequence) {
    const auto* found = folder_->find(view_.uid_at(sequence));
    if (!found || !search->matches({*found, sequence, view_.last_uid(), size}))
      continue;
    numbers.push_back(by_uid_ ? found->uid : sequence);
    mod_seq = std::max(mod_seq, found->mod_seq);
  }
  report_search(numbers, search->uses_mod_seq ? mod_seq : 0, wanted);
  ok();
}

void imap_session::report_search(const std::vector<std::uint32_t>& found, std::uint64_t mod_seq,
                                 const std::optional<std::string>& wanted) {
  std::string line = "* SEARCH";
  if (!wanted) {
    for (const auto number : found)
      line.append(" ").append(std::to_string(number));
    if (mod_seq > 0)
      line += " (MODSEQ " + std::to_string(mod_seq) + ")";
    return say(line);
  }
  const auto asks = [&](std::string_view option) { return wanted->find(option) != std::string::npos; };
  line = "* ESEARCH (TAG " + quoted_text(tag_) + ")" + (by_uid_ ? " UID" : "");
  if (asks("MIN") && !found.empty())
    line += " MIN " + std::to_string(found.front());
  if (asks("MAX") && !found.empty())
    line += " MAX " + std::to_string(found.back());
  if (asks("COUNT"))
    line += " COUNT " + std::to_string(found.size());
  if ((asks("ALL") || wanted->empty()) && !found.empty())
    line += " ALL " + number_set_text(found);
  if (mod_seq > 0)
    line += " MODSEQ " + std::to_string(mod_seq);
  say(line);
}

} // namespace postroom::sim
