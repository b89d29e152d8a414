#include "sim/imap/session.hpp"

#include <algorithm>

/// Opening and leaving a folder (RFC 3501 §6.3.1, §6.4.2; RFC 7162 §3.2).
namespace postroom::sim {

void imap_session::close_folder() {
  if (folder_)
    folder_->unwatch(*this);
  folder_ = nullptr;
  view_.close();
  changed_flags_ = {};
}

void imap_session::open(folder& chosen) {
  folder_ = &chosen;
  folder_->watch(*this);
  view_.open(chosen);
}

void imap_session::do_select(argument_reader& arguments) {
  const bool had_folder = folder_ != nullptr;
  close_folder();
  const auto can = talents_of(services_.face);
  if (had_folder && can.qresync)
    say("* OK [CLOSED] Previous mailbox closed.");
  const auto name = arguments.string();
  auto parameters = std::optional{select_parameters{}};
  if (const auto inside = can.condstore ? arguments.list() : std::nullopt)
    parameters = parse_select_parameters(*inside);
  if (!name || !parameters || !arguments.at_end() || (parameters->resync && !qresync_))
    return refuse(imap_reply::bad_arguments);
  auto* wanted = mailbox_->find(*name);
  if (!wanted)
    return refuse(no_folder_text(services_.face, *name, false));
  if (parameters->condstore)
    enable_condstore();
  open(*wanted);
  read_only_ = command_ == "EXAMINE";
  tell_selected();
  if (parameters->resync && parameters->resync->uid_validity == folder_->uid_validity())
    tell_changes_since(*parameters->resync);
  ok(read_only_ ? "READ-ONLY" : "READ-WRITE");
}

std::string imap_session::flag_names() const {
  if (services_.face == service::microsoft)
    return "\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent";
  std::string names = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
  for (const auto& keyword : folder_->keywords())
    names += " " + keyword;
  return names;
}

void imap_session::tell_selected() {
  const auto can = talents_of(services_.face);
  const auto names = flag_names();
  const auto mails = folder_->mails();
  say("* " + std::to_string(mails.size()) + " EXISTS");
  say("* 0 RECENT");
  say("* FLAGS (" + names + ")");
  say("* OK [PERMANENTFLAGS (" + (read_only_ ? std::string{} : names + (can.keywords ? " \\*" : "")) +
      ")] Permanent flags");
  const auto first_unseen = std::ranges::find_if(mails, [](const mail& each) { return (each.flags & seen) == 0; });
  if (first_unseen != mails.end())
    say("* OK [UNSEEN " + std::to_string(first_unseen - mails.begin() + 1) + "] Is the first unseen message");
  say("* OK [UIDVALIDITY " + std::to_string(folder_->uid_validity()) + "] UIDVALIDITY value");
  say("* OK [UIDNEXT " + std::to_string(folder_->uid_next()) + "] The next unique identifier value");
  if (can.condstore)
    say("* OK [HIGHESTMODSEQ " + std::to_string(folder_->highest_mod_seq()) + "] Highest");
}

void imap_session::tell_changes_since(const resync_point& known) {
  tell_vanished_earlier(known.mod_seq, known.known_uids);
  std::uint32_t sequence = 0;
  for (const auto& each : folder_->mails()) {
    ++sequence;
    if (each.mod_seq > known.mod_seq &&
        (!known.known_uids || known.known_uids->contains(each.uid, folder_->uid_next() - 1)))
      send_flags({sequence, each.uid});
  }
}

void imap_session::tell_vanished_earlier(std::uint64_t mod_seq, const std::optional<number_set>& among) {
  const auto highest = folder_->uid_next() - 1;
  auto gone = folder_->expunged_since(mod_seq);
  if (!gone) { // too long ago: whatever is not there may be told (RFC 7162 §3.2.5.1)
    gone.emplace();
    auto there = folder_->mails().begin();
    for (std::uint32_t uid = 1; uid <= highest; ++uid)
      if (there != folder_->mails().end() && there->uid == uid)
        ++there;
      else
        gone->push_back(uid);
  }
  if (among) {
    const auto wanted = number_set{among->merged(highest)};
    std::erase_if(*gone, [&](std::uint32_t uid) { return !wanted.contains(uid, highest); });
  }
  if (!gone->empty())
    say("* VANISHED (EARLIER) " + number_set_text(*gone));
}

void imap_session::do_unselect(argument_reader&) {
  if (command_ == "CLOSE" && !read_only_)
    expunge_deleted({});
  close_folder();
  ok();
}

} // namespace postroom::sim
