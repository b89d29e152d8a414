#include "actors/outbox/sent_search.hpp"

#include "actors/bridge.hpp"
#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace postroom::outbox {
bool is_sent_folder_name(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array names{"Sent Items"sv, "Sent"sv, "Sent Messages"sv, "[Gmail]/Sent Mail"sv, "INBOX.Sent"sv};
  return std::ranges::any_of(names, [&](std::string_view each) { return ascii_iequals(each, name); });
}

sent_search::sent_search(outbox_actor owner, std::uint32_t attempt, std::string message_id)
    : owner_(std::move(owner)), attempt_(attempt), message_id_(std::move(message_id)) {
}

void sent_search::attach(const std::shared_ptr<net::imap_link>& link) {
  {
    std::lock_guard lock{mutex_};
    link_ = link;
  }
  submit_unsent();
}

/// Outside the lock: a link may answer at once.
void sent_search::submit_unsent() {
  std::shared_ptr<net::imap_link> link;
  std::vector<imap::command> commands;
  {
    std::lock_guard lock{mutex_};
    link = link_.lock();
    if (!link || unsent_.empty())
      return;
    commands = std::exchange(unsent_, {});
  }
  link->submit(std::move(commands));
}

void sent_search::tell_owner(event::searched what) {
  if (std::exchange(step_, step::told) != step::told)
    tell(owner_, input{attempt_, std::make_shared<event_type>(std::move(what))});
}

void sent_search::send(imap::command what, step next) {
  step_ = next;
  {
    std::lock_guard lock{mutex_};
    unsent_.push_back(std::move(what));
  }
  submit_unsent();
}

void sent_search::on_ready(const imap::session_info&) {
  send(imap::list_command{"", "*"}, step::listing);
}

void sent_search::on_data(const imap::response& data) {
  if (const auto* folder = std::get_if<imap::list_data>(&data)) {
    const bool marked =
        std::ranges::any_of(folder->attributes, [](const auto& a) { return ascii_iequals(a, "\\Sent"); });
    if (marked || (!by_attribute_ && folder_.empty() && is_sent_folder_name(folder->name))) {
      folder_ = folder->name;
      by_attribute_ = by_attribute_ || marked;
    }
  } else if (const auto* numbers = std::get_if<imap::search_data>(&data)) {
    found_ = found_ || (step_ == step::searching && !numbers->numbers.empty());
  }
}

void sent_search::on_command_done(const imap::command_outcome& outcome) {
  if (outcome.kind != imap::status_kind::ok) {
    tell_owner({false, true, "the server refused to look into '" + folder_ + "': " + outcome.text});
    return;
  }
  switch (step_) {
  case step::listing:
    // No such folder: then nothing was ever kept there.
    if (folder_.empty())
      tell_owner({false, false, {}});
    else
      send(imap::select_command{folder_, true}, step::opening);
    break;
  case step::opening: {
    // Consumer mailboxes of Microsoft write an id of their own and keep ours in another field.
    const auto id = "\"<" + message_id_ + ">\"";
    send(imap::uid_search_command{"OR HEADER Message-ID " + id + " HEADER X-Microsoft-Original-Message-ID " + id},
         step::searching);
    break;
  }
  case step::searching:
    tell_owner({found_, false, folder_});
    break;
  default:
    break;
  }
}

void sent_search::on_closed(const error& why) {
  tell_owner({false, true, to_string(why)});
}

} // namespace postroom::outbox
