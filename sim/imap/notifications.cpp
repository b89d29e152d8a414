#include "sim/imap/session.hpp"

#include <utility>

/// What imap_session tells unasked (RFC 3501 §7, RFC 2177, RFC 7162).
namespace postroom::sim {
namespace {

/// Flag changes remembered for a client that asks for nothing; it finds the rest when it looks.
constexpr std::size_t changed_flags_max = 1000;

} // namespace

void imap_session::do_idle(argument_reader&) {
  // Exchange was seen to tell news before it says that it listens.
  const bool news_first = services_.face == service::microsoft;
  if (!news_first)
    say(idle_line(services_.face));
  if (folder_ && !struck(fault_kind::missed_push))
    announce();
  if (news_first)
    say(idle_line(services_.face));
  expected_ = phase_ == phase::ended ? expected::command : expected::idle_end;
}

void imap_session::on_added() {
  view_.note_added();
  if (idling() && !is_mute() && !struck(fault_kind::missed_push))
    announce_added();
}

void imap_session::on_expunged(std::uint32_t uid) {
  view_.note_expunged(uid);
  if (idling() && !is_mute())
    announce_expunged();
}

void imap_session::on_flags(std::uint32_t uid) {
  if (changed_flags_.size() < changed_flags_max)
    changed_flags_.push_back(uid);
  if (idling() && !is_mute())
    announce_flags();
}

void imap_session::on_renumbered() {
  end(imap_reply::bye_gone);
}

void imap_session::on_removed() {
  folder_ = nullptr;
  view_.close();
  end(imap_reply::bye_gone);
}

void imap_session::announce() {
  // Sequence numbers must not change under commands that use them (RFC 3501 §7.4.1).
  const bool by_sequence = !by_uid_ && (command_ == "FETCH" || command_ == "STORE" || command_ == "SEARCH");
  if (!by_sequence)
    announce_expunged();
  announce_added();
  announce_flags();
}

void imap_session::announce_added() {
  const auto count = view_.take_added();
  if (count > 0)
    say("* " + std::to_string(view_.size()) + " EXISTS\r\n* " + std::to_string(count) + " RECENT");
}

void imap_session::announce_expunged() {
  const auto gone = view_.take_expunged();
  if (gone.empty())
    return;
  std::vector<std::uint32_t> uids;
  for (const auto& each : gone)
    if (qresync_)
      uids.push_back(each.uid);
    else
      say("* " + std::to_string(each.sequence) + " EXPUNGE");
  if (qresync_)
    say("* VANISHED " + number_set_text(uids));
}

void imap_session::announce_flags() {
  for (const auto uid : std::exchange(changed_flags_, {}))
    if (view_.knows(uid))
      send_flags({static_cast<std::uint32_t>(view_.count_before(uid)) + 1, uid});
}

void imap_session::send_flags(const numbered_uid& message) {
  const auto* found = folder_->find(message.uid);
  if (!found)
    return;
  auto line = "* " + std::to_string(message.sequence) + " FETCH (";
  if (by_uid_ || qresync_) // RFC 3501 §6.4.8, RFC 7162 §3.2.4
    line += "UID " + std::to_string(message.uid) + " ";
  line += "FLAGS (" + marks_text({found->flags, found->keywords}, *folder_) + ")";
  if (condstore_)
    line += " MODSEQ (" + std::to_string(found->mod_seq) + ")";
  say(line + ")");
}

void imap_session::send_mod_seq(const numbered_uid& message) {
  if (const auto* found = folder_->find(message.uid))
    say("* " + std::to_string(message.sequence) + " FETCH (UID " + std::to_string(message.uid) + " MODSEQ (" +
        std::to_string(found->mod_seq) + "))");
}

} // namespace postroom::sim
