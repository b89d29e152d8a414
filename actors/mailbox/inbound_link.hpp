#pragma once

#include "actors/mailbox/body_stager.hpp"
#include "actors/mailbox/interface.hpp"
#include "actors/parsing/parse_pool.hpp"
#include "base/clock.hpp"
#include "net/imap_link.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace postroom::mailbox {

/// Where a link's mail belongs.
struct inbound_context {
  tenant_id tenant;
  account_id account;
  std::string folder;
  /// See position; set by the mailbox before it asks for bodies.
  std::shared_ptr<const std::atomic<std::uint32_t>> generation;
};

/// The ear of one attempt to keep a mailbox in step: turns what a link sees into messages for its mailbox actor, stages
/// bodies in the store and hands them to the parser. Lives on the link's io thread; shared with the link.
class inbound_link final : public net::imap_link_listener {
public:
  /// `store` and `parser` must outlive all links.
  inbound_link(mailbox_actor owner, std::uint32_t attempt, inbound_context context, storage::store& store,
               parsing::parse_pool& parser);

  void on_connected() override;
  void on_ready(const imap::session_info&) override {} // the answer to the first command tells enough
  void on_command_done(const imap::command_outcome& outcome) override;
  void on_data(const imap::response& data) override;
  void on_body_chunk(std::uint32_t index, std::string octets) override;
  bool wants_more() override;
  void on_message(net::fetched_message message) override;
  void on_idling() override;
  void on_closed(const error& why) override;

private:
  void tell_owner(event_type what);
  void stage(std::uint32_t index, std::string octets);
  void parse(std::shared_ptr<parsed_mail> mail, mime::message_facts facts);

  mailbox_actor owner_;
  std::uint32_t attempt_;
  inbound_context context_;
  storage::store& store_;
  parsing::parse_pool& parser_;
  std::shared_ptr<body_stager> stager_; ///< from the first large body on
  /// What the command now running has brought so far.
  event::command_done gathered_;
  uid_validity validity_;
  std::uint32_t exists_ = 0;
  /// The body now being received in pieces.
  blob_id blob_;
};

} // namespace postroom::mailbox
