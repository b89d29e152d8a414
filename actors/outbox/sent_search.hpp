#pragma once

#include "actors/outbox/interface.hpp"
#include "net/imap_link.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace postroom::outbox {

/// Looks for a mail of ours in one mailbox's Sent folder: finds the folder (RFC 6154, else by its usual names), opens
/// it for reading, searches for the Message-ID, and tells its outbox once. Where several could be it, all are looked
/// at. That a mailbox has no folder known to be Sent says nothing of the mail. Lives on the link's io thread.
class sent_search final : public net::imap_link_listener {
public:
  /// `message_id` without angle brackets. `tried` hears once, on the io thread, whether the server was reached.
  sent_search(outbox_actor owner, std::uint32_t attempt, std::string message_id, std::function<void(bool)> tried);

  /// The link this is the ear of; called once, from the owner's thread.
  void attach(const std::shared_ptr<net::imap_link>& link);

  void on_connected() override;
  void on_ready(const imap::session_info& info) override;
  void on_command_done(const imap::command_outcome& outcome) override;
  void on_data(const imap::response& data) override;
  void on_body_chunk(std::uint32_t, std::string) override {}
  void on_message(net::fetched_message) override {}
  void on_idling() override {}
  void on_closed(const error& why) override;

private:
  enum class step : std::uint8_t { login, listing, opening, searching, told };
  void tell_owner(event::searched what);
  void tell_tried(bool arrived);
  void note_folder(const imap::list_data& folder);
  void open_next();
  void send(imap::command what, step next);
  void submit_unsent();

  outbox_actor owner_;
  std::uint32_t attempt_;
  std::string message_id_;
  std::function<void(bool)> tried_; ///< empty once it was told
  std::mutex mutex_;                ///< the link may be ready before it is attached
  std::weak_ptr<net::imap_link> link_;
  std::vector<imap::command> unsent_;
  std::vector<std::string> folders_; ///< still to be looked at, as listed; the last is the one at hand
  bool by_attribute_ = false;
  bool found_ = false;
  step step_ = step::login;
};

/// Whether a folder listed so (modified UTF-7) without a SPECIAL-USE attribute is where servers keep what was sent.
[[nodiscard]] bool is_sent_folder_name(std::string_view name);

} // namespace postroom::outbox
