#pragma once

#include "actors/outbox/interface.hpp"
#include "net/imap_link.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace postroom::outbox {

/// Looks for a mail of ours in one mailbox's Sent folder: finds the folder (RFC 6154, else by its usual names), opens
/// it for reading, searches for the Message-ID, and tells its outbox once. Lives on the link's io thread.
class sent_search final : public net::imap_link_listener {
public:
  /// `message_id` without angle brackets.
  sent_search(outbox_actor owner, std::uint32_t attempt, std::string message_id);

  /// The link this is the ear of; called once, from the owner's thread.
  void attach(const std::shared_ptr<net::imap_link>& link);

  void on_connected() override {}
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
  void send(imap::command what, step next);
  void submit_unsent();

  outbox_actor owner_;
  std::uint32_t attempt_;
  std::string message_id_;
  std::mutex mutex_; ///< the link may be ready before it is attached
  std::weak_ptr<net::imap_link> link_;
  std::vector<imap::command> unsent_;
  std::string folder_;
  bool by_attribute_ = false;
  bool found_ = false;
  step step_ = step::login;
};

/// Whether a folder without a SPECIAL-USE attribute is where servers keep what was sent.
[[nodiscard]] bool is_sent_folder_name(std::string_view name);

} // namespace postroom::outbox
