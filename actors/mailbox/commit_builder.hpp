#pragma once

#include "actors/mailbox/machine.hpp"
#include "actors/mailbox/parsed_mail.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace postroom::mailbox {

/// Whose folder is read, in lower case.
struct mailbox_names {
  std::string host;
  std::string address; ///< of the account
  std::string user;    ///< the mailbox that is opened
  std::string upn;     ///< its other login name; empty: none
};

/// What every commit of one mailbox has in common.
struct commit_context {
  tenant_id tenant;
  account_id account;
  std::string folder;
  list_id list; ///< empty: senders are not saved
  storage::fence fence;
  mailbox_names names{};
};

/// Builds the one atomic commit of an ingest: message records, events, contacts and the cursor (invariant 6).
class commit_builder {
public:
  /// `cursor_revision`: of the stored cursor, 0 when there is none; the commit is a conflict if it moved meanwhile.
  /// `validity`: the UIDVALIDITY of all that is added. `context` must outlive the builder.
  commit_builder(const commit_context& context, uid_validity validity, revision cursor_revision, wall_time now);

  void add(const parsed_mail& mail);
  /// A mail known from before UIDVALIDITY changed: its record is anchored anew, nothing is announced.
  void add_known(const parsed_mail& mail);
  /// A message the server refuses to hand out; `generation` as in position.
  void add_unfetchable(message_uid uid, std::uint32_t generation);
  /// The position that holds once this is committed; call last.
  [[nodiscard]] storage::batch finish(const position& where);

  /// About how many bytes the batch holds.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t announced() const { return announced_; }
  [[nodiscard]] std::size_t quarantined() const { return quarantined_; }

private:
  void add_body(const parsed_mail& mail);
  void add_message(const parsed_mail& mail, const parsing::parsed_facts& facts, bool announce);
  [[nodiscard]] records::Message record_of(const parsed_mail& mail) const;
  void add_quarantined(const parsed_mail& mail, const std::string& reason);
  void add_event(std::string id, std::string type, const message_id& subject, std::string data);
  void add_contact(const mime::address& from);
  void push(storage::operation what, std::size_t bytes);

  const commit_context& context_;
  uid_validity validity_;
  revision cursor_revision_;
  wall_time now_;
  storage::batch batch_;
  std::set<std::string> contacts_;
  std::size_t bytes_ = 0;
  std::size_t announced_ = 0;
  std::size_t quarantined_ = 0;
};

/// The stored form of a position and back.
[[nodiscard]] records::Cursor to_record(const commit_context& context, const position& where, wall_time now);
[[nodiscard]] position from_record(const records::Cursor& stored);

/// Whether a stored position is of the mailbox that has these names now. It is as long as one of its names is: an
/// account's address may change, or the login name. A position that does not tell counts as the mailbox's own.
[[nodiscard]] kinship kinship_of(const records::Cursor& stored, const mailbox_names& now);

} // namespace postroom::mailbox
