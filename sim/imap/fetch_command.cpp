#include "sim/imap/session.hpp"

#include <algorithm>

/// FETCH of imap_session (RFC 3501 §6.4.5, RFC 7162, X-GM-EXT-1).
namespace postroom::sim {
namespace {

using kind = fetch_item::kind;

bool asks(const std::vector<fetch_item>& items, kind what) {
  return std::ranges::find(items, what, &fetch_item::what) != items.end();
}

bool suits(const imap_talents& can, const fetch_item& item) {
  const bool gmail = item.what == kind::gm_msgid || item.what == kind::gm_thrid || item.what == kind::gm_labels;
  return (!gmail || can.gmail) && (item.what != kind::mod_seq || can.condstore);
}

/// UID FETCH tells UIDs, CHANGEDSINCE modification sequences, whether asked for or not.
void complete(std::vector<fetch_item>& items, bool by_uid, bool changed_since) {
  if (by_uid && !asks(items, kind::uid))
    items.insert(items.begin(), fetch_item{.what = kind::uid, .label = "UID"});
  if (changed_since && !asks(items, kind::mod_seq))
    items.push_back(fetch_item{.what = kind::mod_seq, .label = "MODSEQ"});
}

std::string labels_text(const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& each : labels)
    text += (text.empty() ? "" : " ") + (each.starts_with('\\') ? each : quoted_text(each));
  return "(" + text + ")";
}

} // namespace

std::vector<imap_session::numbered_uid> imap_session::chosen(const number_set& set) const {
  std::vector<numbered_uid> found;
  const auto size = static_cast<std::uint32_t>(view_.size());
  for (const auto& [first, last] : set.merged(by_uid_ ? view_.last_uid() : size)) {
    auto sequence = by_uid_ ? static_cast<std::uint32_t>(view_.count_before(first)) + 1 : std::max(first, 1U);
    for (; sequence <= size && (by_uid_ ? view_.uid_at(sequence) : sequence) <= last; ++sequence)
      found.push_back({sequence, view_.uid_at(sequence)});
  }
  return found;
}

bool imap_session::fits(const number_set& set) const {
  if (by_uid_ || !talents_of(services_.face).checks_numbers)
    return true;
  const auto size = static_cast<std::uint32_t>(view_.size());
  return std::ranges::all_of(set.merged(size),
                             [size](const auto& range) { return range.first > 0 && range.second <= size; });
}

void imap_session::do_fetch(argument_reader& arguments) {
  const auto can = talents_of(services_.face);
  const auto set = parse_number_set(arguments.word().value_or(""));
  const auto parts = split_fetch_arguments(arguments.rest());
  auto items = parse_fetch_items(parts.items);
  const auto modifiers = parts.modifiers ? parse_fetch_modifiers(*parts.modifiers) : std::optional{fetch_modifiers{}};
  if (!set || !items || !modifiers || !fits(*set) ||
      !std::ranges::all_of(*items, [&](const auto& i) { return suits(can, i); }) ||
      (parts.modifiers && !can.condstore) || (modifiers->vanished && !(qresync_ && by_uid_)))
    return refuse(imap_reply::bad_arguments);
  complete(*items, by_uid_, modifiers->changed_since.has_value());
  if (asks(*items, kind::mod_seq))
    enable_condstore();
  if (modifiers->vanished)
    tell_vanished_earlier(*modifiers->changed_since, set);

  const bool sets_seen = !read_only_ && std::ranges::any_of(*items, &fetch_item::sets_seen);
  auto with_flags = *items; // for mails that the command marks as read
  if (!asks(*items, kind::flags))
    with_flags.push_back(fetch_item{.what = kind::flags, .label = "FLAGS"});
  if (condstore_ && !asks(*items, kind::mod_seq))
    with_flags.push_back(fetch_item{.what = kind::mod_seq, .label = "MODSEQ"});
  const bool fails = std::ranges::any_of(*items, [](const auto& i) { return i.what >= kind::envelope; }) &&
                     struck(fault_kind::fetch_fails);
  bool missing = false, failed = false;
  for (const auto& message : chosen(*set)) {
    const auto* found = folder_->find(message.uid);
    missing |= !found;
    if (!found || (modifiers->changed_since && found->mod_seq <= *modifiers->changed_since))
      continue;
    if (fails && message.uid == folder_->mails().back().uid) {
      failed = true;
      continue;
    }
    const bool becomes_seen = sets_seen && (found->flags & seen) == 0;
    if (becomes_seen)
      folder_->set_flags(message.uid, found->flags | seen, this);
    send_items(message, becomes_seen ? with_flags : *items);
  }
  if (failed)
    return refuse(imap_reply::fetch_fails);
  if (missing && (!by_uid_ || services_.face == service::microsoft))
    return refuse(imap_reply::vanished);
  ok();
}

std::string imap_session::item_text(const mail& of, const fetch_item& item, fetched_mail& fetched) const {
  switch (item.what) {
  case kind::uid:
    return std::to_string(of.uid);
  case kind::flags:
    return "(" + marks_text({of.flags, of.keywords}, *folder_) + ")";
  case kind::internal_date:
    return quoted_text(internal_date_text(of.received));
  case kind::size:
    return std::to_string(talents_of(services_.face).exact_sizes ? of.raw->size() : estimated_size(of));
  case kind::mod_seq:
    return "(" + std::to_string(of.mod_seq) + ")";
  case kind::gm_msgid:
  case kind::gm_thrid: // every mail is a thread of its own
    return std::to_string(of.id);
  case kind::gm_labels:
    return labels_text(mailbox_->labels() ? mailbox_->labels()->labels_of(of, *folder_) : std::vector<std::string>{});
  default:
    return fetched.text_of(item.what);
  }
}

void imap_session::send_items(const numbered_uid& message, const std::vector<fetch_item>& items) {
  const auto found = *folder_->find(message.uid);
  fetched_mail fetched{found, {.exchange = services_.face == service::microsoft}};
  std::string text = "* " + std::to_string(message.sequence) + " FETCH (";
  const char* separator = "";
  for (const auto& item : items) {
    text += separator + item.label + " ";
    separator = " ";
    if (item.what < kind::whole) {
      text += item_text(found, item, fetched);
      continue;
    }
    const auto slice = fetched.octets_of(item);
    text += slice ? "{" + std::to_string(slice->octets) + "}" : "\"\"";
    if (!slice)
      continue;
    say(text);
    if (!send_octets(*slice))
      return;
    text.clear();
    services_.stats.mails_fetched += item.what == kind::whole && item.part.empty();
  }
  say(text + ")");
}

/// False when the session is over.
bool imap_session::send_octets(const mail_slice& slice) {
  if (phase_ == phase::ended)
    return false;
  if (!struck(fault_kind::cut)) {
    sink_.body(slice);
    return true;
  }
  sink_.body({slice.raw, slice.offset, slice.octets / 2});
  cut();
  return false;
}

} // namespace postroom::sim
