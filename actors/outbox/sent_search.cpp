#include "actors/outbox/sent_search.hpp"

#include "actors/admission/arrival.hpp"
#include "actors/bridge.hpp"
#include "base/ascii.hpp"
#include "protocol/imap/folder_name.hpp"

#include <algorithm>
#include <array>

namespace postroom::outbox {
namespace {

/// A mailbox has one or two that could be Sent; what lists more of them cannot be trusted.
constexpr std::size_t sent_folders_max = 10;

std::string readable(const std::string& folder) {
  auto name = imap::decode_folder_name(folder);
  return name ? std::move(*name) : folder;
}

} // namespace

bool is_sent_folder_name(std::string_view name) {
  using namespace std::string_view_literals;
  // Exchange marks no folder and names them in the language of the mailbox's first login. A letter beyond ASCII at the
  // beginning stands in both cases.
  constexpr std::array names{"Sent Items"sv,       "Sent"sv,
                             "Sent Messages"sv,    "[Gmail]/Sent Mail"sv,
                             "INBOX.Sent"sv,       "Gesendete Elemente"sv,
                             "Éléments envoyés"sv, "éléments envoyés"sv,
                             "Posta inviata"sv,    "Elementos enviados"sv,
                             "Verzonden items"sv,  "Itens Enviados"sv,
                             "Elementy wysłane"sv, "Skickat"sv,
                             "Sendt post"sv,       "Sendte elementer"sv,
                             "Lähetetyt"sv,        "Odeslaná pošta"sv};
  const auto read = readable(std::string{name});
  return std::ranges::any_of(names, [&](std::string_view each) { return ascii_iequals(each, read); });
}

sent_search::sent_search(outbox_actor owner, std::uint32_t attempt, std::string message_id,
                         std::function<void(bool)> tried)
    : owner_(std::move(owner)), attempt_(attempt), message_id_(std::move(message_id)), tried_(std::move(tried)) {
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

void sent_search::tell_tried(bool arrived) {
  if (const auto tried = std::exchange(tried_, nullptr))
    tried(arrived);
}

void sent_search::on_connected() {
  tell_tried(true);
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

/// Names count only where no folder is marked.
void sent_search::note_folder(const imap::list_data& folder) {
  const auto is = [&](std::string_view wanted) {
    return std::ranges::any_of(folder.attributes, [&](const auto& each) { return ascii_iequals(each, wanted); });
  };
  if (step_ != step::listing || is("\\Noselect") || is("\\NonExistent"))
    return;
  const bool marked = is("\\Sent");
  if (marked && !std::exchange(by_attribute_, true))
    folders_.clear();
  if ((marked || (!by_attribute_ && is_sent_folder_name(folder.name))) && folders_.size() <= sent_folders_max)
    folders_.push_back(folder.name);
}

void sent_search::on_data(const imap::response& data) {
  if (const auto* folder = std::get_if<imap::list_data>(&data)) {
    note_folder(*folder);
  } else if (const auto* numbers = std::get_if<imap::search_data>(&data)) {
    found_ = found_ || (step_ == step::searching && !numbers->numbers.empty());
  }
}

void sent_search::open_next() {
  send(imap::select_command{folders_.back(), true}, step::opening);
}

void sent_search::on_command_done(const imap::command_outcome& outcome) {
  if (outcome.kind != imap::status_kind::ok) {
    const auto where = folders_.empty() ? "its folders" : "'" + readable(folders_.back()) + "'";
    tell_owner({false, true, "the server refused to look into " + where + ": " + outcome.text});
    return;
  }
  switch (step_) {
  case step::listing:
    if (folders_.empty())
      tell_owner({false, true, "no folder of the mailbox is known to be its Sent"});
    else if (folders_.size() > sent_folders_max)
      tell_owner({false, true, "too many folders of the mailbox could be its Sent"});
    else
      open_next();
    break;
  case step::opening: {
    // Consumer mailboxes of Microsoft write an id of their own and keep ours in another field.
    const auto id = "\"<" + message_id_ + ">\"";
    send(imap::uid_search_command{"OR HEADER Message-ID " + id + " HEADER X-Microsoft-Original-Message-ID " + id},
         step::searching);
    break;
  }
  case step::searching:
    if (found_) {
      tell_owner({true, false, readable(folders_.back())});
      break;
    }
    folders_.pop_back();
    if (folders_.empty())
      tell_owner({});
    else
      open_next();
    break;
  default:
    break;
  }
}

void sent_search::on_closed(const error& why) {
  tell_tried(!never_arrived(why.code));
  tell_owner({false, true, to_string(why)});
}

} // namespace postroom::outbox
