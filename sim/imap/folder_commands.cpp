#include "sim/imap/search.hpp"
#include "sim/imap/session.hpp"

#include <algorithm>
#include <span>

/// The commands of imap_session that work on folders and mails.
namespace postroom::sim {
namespace {

/// `*` and `%` stand for anything, as no folder of ours has children.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty())
    return name.empty();
  if (pattern.front() == '*' || pattern.front() == '%')
    return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  return !name.empty() && pattern.front() == name.front() && matches(pattern.substr(1), name.substr(1));
}

constexpr std::size_t pattern_bytes_max = 64;

std::string status_items(const folder& of, std::string_view wanted) {
  const auto unseen = std::ranges::count_if(of.mails(), [](const mail& each) { return (each.flags & seen) == 0; });
  std::string items;
  for (argument_reader reader{wanted}; !reader.at_end();) {
    const auto item = upper_case(reader.word().value_or(""));
    const auto value = item == "MESSAGES"      ? std::to_string(of.mails().size())
                       : item == "UIDNEXT"     ? std::to_string(of.uid_next())
                       : item == "UIDVALIDITY" ? std::to_string(of.uid_validity())
                       : item == "UNSEEN"      ? std::to_string(unseen)
                       : item == "RECENT"      ? "0"
                                               : "";
    if (value.empty())
      return {};
    items.append(items.empty() ? "" : " ").append(item).append(" ").append(value);
  }
  return items;
}

std::uint8_t parse_flags(std::string_view list) {
  std::uint8_t flags = 0;
  for (argument_reader reader{list}; !reader.at_end();) {
    const auto name = reader.word();
    if (!name)
      break;
    flags |= parse_flag(*name);
  }
  return flags;
}

} // namespace

void imap_session::do_namespace(argument_reader&) {
  sink_.text("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
  ok("NAMESPACE completed.");
}

void imap_session::do_list(argument_reader& arguments) {
  const auto reference = arguments.string();
  const auto pattern = arguments.string();
  if (!reference || !pattern || pattern->size() > pattern_bytes_max)
    return bad_argument();
  if (pattern->empty())
    sink_.text("* " + command_ + " (\\Noselect) \"/\" \"\"\r\n");
  for (const auto& each : mailbox_->folders())
    if (matches(upper_case(*reference + *pattern), upper_case(each->name())))
      sink_.text("* " + command_ + " (\\HasNoChildren" + (each->use().empty() ? "" : " " + each->use()) + ") \"/\" " +
                 (each->name() == "INBOX" ? each->name() : quoted_text(each->name())) + "\r\n");
  ok(command_ + " completed.");
}

void imap_session::close_folder() {
  if (folder_)
    folder_->unwatch(*this);
  folder_ = nullptr;
  view_ = {};
  changed_flags_ = {};
}

void imap_session::open(folder& chosen) {
  folder_ = &chosen;
  folder_->watch(*this);
  view_.reserve(folder_->mails().size());
  for (const auto& each : folder_->mails())
    view_.push_back(each.uid);
}

void imap_session::do_select(argument_reader& arguments) {
  close_folder();
  const auto name = arguments.string();
  if (!name)
    return bad_argument();
  auto* wanted = mailbox_->find(*name);
  if (!wanted)
    return no(quoted_text(*name) + " doesn't exist.");
  open(*wanted);
  read_only_ = command_ == "EXAMINE";
  const std::string flags = "(\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)";
  sink_.text("* " + std::to_string(view_.size()) + " EXISTS\r\n* 0 RECENT\r\n* FLAGS " + flags +
             "\r\n* OK [PERMANENTFLAGS " + (read_only_ ? "()" : flags) + "] Permanent flags\r\n");
  const auto first_unseen =
      std::ranges::find_if(folder_->mails(), [](const mail& each) { return (each.flags & seen) == 0; });
  if (first_unseen != folder_->mails().end())
    sink_.text("* OK [UNSEEN " + std::to_string(first_unseen - folder_->mails().begin() + 1) +
               "] Is the first unseen message\r\n");
  sink_.text("* OK [UIDVALIDITY " + std::to_string(folder_->uid_validity()) + "] UIDVALIDITY value\r\n* OK [UIDNEXT " +
             std::to_string(folder_->uid_next()) + "] The next unique identifier value\r\n");
  ok(read_only_ ? "[READ-ONLY] EXAMINE completed." : "[READ-WRITE] SELECT completed.");
}

void imap_session::do_status(argument_reader& arguments) {
  const auto name = arguments.string();
  const auto wanted = arguments.list();
  if (!name || !wanted)
    return bad_argument();
  const auto* of = mailbox_->find(*name);
  if (!of)
    return no(quoted_text(*name) + " doesn't exist.");
  const auto items = status_items(*of, *wanted);
  if (items.empty())
    return bad_argument();
  sink_.text("* STATUS " + quoted_text(of->name()) + " (" + items + ")\r\n");
  ok("STATUS completed.");
}

void imap_session::do_append(argument_reader& arguments) {
  const auto name = arguments.string();
  const auto flags = arguments.list();
  auto received = services_.time.now();
  if (arguments.rest().starts_with('"')) {
    const auto date = arguments.string();
    const auto parsed = date ? parse_internal_date(*date) : std::nullopt;
    if (!parsed)
      return bad_argument();
    received = *parsed;
  }
  auto raw = arguments.string();
  if (!name || !raw)
    return bad_argument();
  auto* into = mailbox_->find(*name);
  if (!into)
    return no("[TRYCREATE] " + quoted_text(*name) + " doesn't exist.");
  const auto uid =
      into->add(std::make_shared<const std::string>(std::move(*raw)), received, parse_flags(flags.value_or("")));
  ok("[APPENDUID " + std::to_string(into->uid_validity()) + " " + std::to_string(uid) + "] APPEND completed.");
}

void imap_session::do_unselect(argument_reader&) {
  if (command_ == "CLOSE" && !read_only_)
    for (const auto uid : std::vector<std::uint32_t>{view_})
      if (const auto* each = folder_->find(uid); each && (each->flags & deleted))
        folder_->expunge(uid);
  close_folder();
  ok(command_ + " completed.");
}

void imap_session::do_expunge(argument_reader& arguments) {
  const auto set = by_uid_ ? parse_number_set(arguments.word().value_or("")) : std::nullopt;
  if (by_uid_ && !set)
    return bad_argument();
  if (read_only_)
    return no("Command is not allowed in read-only mode.");
  const auto highest = view_.empty() ? 0 : view_.back();
  for (const auto uid : std::vector<std::uint32_t>{view_})
    if (const auto* each = folder_->find(uid); each && (each->flags & deleted) && (!set || set->contains(uid, highest)))
      folder_->expunge(uid);
  ok(command_ + " completed.");
}

std::vector<imap_session::numbered_uid> imap_session::chosen(const number_set& set) const {
  std::vector<numbered_uid> found;
  const auto highest = by_uid_ ? (view_.empty() ? 0 : view_.back()) : static_cast<std::uint32_t>(view_.size());
  for (std::uint32_t sequence = 1; sequence <= view_.size(); ++sequence)
    if (const auto uid = view_[sequence - 1]; set.contains(by_uid_ ? uid : sequence, highest))
      found.push_back({sequence, uid});
  return found;
}

void imap_session::do_fetch(argument_reader& arguments) {
  const auto set = parse_number_set(arguments.word().value_or(""));
  auto items = parse_fetch_items(arguments.rest());
  if (!set || !items)
    return bad_argument();
  using kind = fetch_item::kind;
  if (by_uid_ && std::ranges::find(*items, kind::uid, &fetch_item::what) == items->end())
    items->insert(items->begin(), fetch_item{.what = kind::uid, .label = "UID"});
  const bool sets_seen = !read_only_ && std::ranges::any_of(*items, &fetch_item::sets_seen);
  bool missing = false;
  for (const auto& message : chosen(*set)) {
    const auto* found = folder_->find(message.uid);
    missing |= !found;
    if (!found)
      continue;
    if (sets_seen && folder_->set_flags(message.uid, found->flags | seen, this) &&
        std::ranges::find(*items, kind::flags, &fetch_item::what) == items->end())
      items->push_back(fetch_item{.what = kind::flags, .label = "FLAGS"});
    send_items(message, *items);
  }
  if (missing)
    return no("Some of the requested messages no longer exist.");
  ok("FETCH completed.");
}

void imap_session::send_items(const numbered_uid& message, const std::vector<fetch_item>& items) {
  using kind = fetch_item::kind;
  const mail& found = *folder_->find(message.uid);
  std::string text = "* " + std::to_string(message.sequence) + " FETCH (";
  const char* separator = "";
  for (const auto& item : items) {
    text += separator + item.label + " ";
    separator = " ";
    if (item.what == kind::uid)
      text += std::to_string(found.uid);
    else if (item.what == kind::flags)
      text += "(" + flags_text(found.flags) + ")";
    else if (item.what == kind::internal_date)
      text += quoted_text(internal_date_text(found.received));
    else if (item.what == kind::size)
      text += std::to_string(estimated_size(found));
    if (item.what < kind::whole)
      continue;
    const auto slice = slice_of(found, item);
    sink_.text(text + "{" + std::to_string(slice.octets) + "}\r\n");
    sink_.body(slice);
    text.clear();
    services_.stats.mails_fetched += item.what == kind::whole;
  }
  sink_.text(text + ")\r\n");
}

void imap_session::send_flags(const numbered_uid& message) {
  if (const auto* found = folder_->find(message.uid))
    sink_.text("* " + std::to_string(message.sequence) + " FETCH (UID " + std::to_string(message.uid) + " FLAGS (" +
               flags_text(found->flags) + "))\r\n");
}

void imap_session::do_search(argument_reader& arguments) {
  auto criteria = arguments.rest();
  if (upper_case(criteria.substr(0, 8)) == "CHARSET ") {
    (void)arguments.word();
    if (upper_case(arguments.word().value_or("")) != "US-ASCII")
      return no("[BADCHARSET (US-ASCII)] The specified charset is not supported.");
    criteria = arguments.rest();
  }
  const auto predicate = parse_search(criteria);
  if (!predicate)
    return bad_argument();
  std::string answer = "* SEARCH";
  for (std::uint32_t sequence = 1; sequence <= view_.size(); ++sequence) {
    const auto* found = folder_->find(view_[sequence - 1]);
    if (found && (*predicate)({*found, sequence, view_.back(), static_cast<std::uint32_t>(view_.size())}))
      answer += " " + std::to_string(by_uid_ ? found->uid : sequence);
  }
  sink_.text(answer + "\r\n");
  ok("SEARCH completed.");
}

void imap_session::do_store(argument_reader& arguments) {
  const auto set = parse_number_set(arguments.word().value_or(""));
  const auto mode = upper_case(arguments.word().value_or(""));
  const bool silent = mode.ends_with(".SILENT");
  const auto verb = mode.substr(0, mode.size() - (silent ? 7 : 0));
  const auto list = arguments.list();
  if (!set || (verb != "FLAGS" && verb != "+FLAGS" && verb != "-FLAGS") || (!list && arguments.at_end()))
    return bad_argument();
  if (read_only_)
    return no("Command is not allowed in read-only mode.");
  const auto flags = parse_flags(list.value_or(arguments.rest()));
  for (const auto& message : chosen(*set)) {
    const auto* found = folder_->find(message.uid);
    if (!found)
      continue;
    const auto kept = static_cast<std::uint8_t>(verb == "FLAGS" ? 0 : found->flags);
    const auto wanted = static_cast<std::uint8_t>(verb == "-FLAGS" ? kept & ~flags : kept | flags);
    folder_->set_flags(message.uid, wanted, this);
    if (!silent)
      send_flags(message);
  }
  ok("STORE completed.");
}

void imap_session::do_copy(argument_reader& arguments) {
  const auto set = parse_number_set(arguments.word().value_or(""));
  const auto name = arguments.string();
  if (!set || !name)
    return bad_argument();
  auto* into = mailbox_->find(*name);
  if (!into)
    return no("[TRYCREATE] " + quoted_text(*name) + " doesn't exist.");
  std::vector<std::uint32_t> sources, copies;
  for (const auto& message : chosen(*set)) {
    const auto* found = folder_->find(message.uid);
    if (!found)
      continue;
    sources.push_back(message.uid);
    copies.push_back(into->add(found->raw, found->received, found->flags));
  }
  const auto code = "[COPYUID " + std::to_string(into->uid_validity()) + " " + number_set_text(sources) + " " +
                    number_set_text(copies) + "] ";
  if (command_ == "COPY")
    return ok(sources.empty() ? "COPY completed." : code + "COPY completed.");
  if (!sources.empty())
    sink_.text("* OK " + code + "\r\n");
  for (const auto uid : sources)
    folder_->expunge(uid);
  ok("MOVE completed.");
}

} // namespace postroom::sim
