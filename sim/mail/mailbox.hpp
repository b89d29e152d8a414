#pragma once

#include "base/ascii.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "sim/identity/registry.hpp"
#include "sim/mail/default_folders.hpp"
#include "sim/mail/folder.hpp"
#include "sim/mail/gmail_labels.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What the mail servers of the stand-in keep. Nothing here is thread-safe.
namespace postroom::sim {

/// What an administrator can switch on a mailbox. Counts for the next login.
struct mailbox_settings {
  bool imap_enabled = true; ///< otherwise "authenticated but not connected"
  enum class smtp_auth : std::uint8_t { inherit, on, off } smtp = smtp_auth::inherit; ///< inherit: the tenant's
  bool copy_for_sent_as = false; ///< MessageCopyForSentAsEnabled: a copy of what others send in its name
  bool licensed = true;          ///< without: no mailbox to be found
  /// It lies on a server of the customer's own: mail arrives, but nothing of the cloud opens it.
  bool on_premises = false;

  /// Whether Exchange Online has a mailbox to open.
  [[nodiscard]] bool in_cloud() const noexcept { return licensed && !on_premises; }
};

class mailbox {
public:
  static constexpr std::size_t folders_max = 500;
  static constexpr std::size_t folder_name_bytes_max = 255;

  /// With the folders every mailbox of that service has.
  explicit mailbox(std::string address, service kind = service::microsoft,
                   folder_language language = folder_language::english);
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  mailbox_settings settings;
  /// What clients have put into it; whoever lets them bounds it.
  std::size_t appended_octets = 0;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// What one signs in as: a UPN, which is the address unless directory::identify() said otherwise.
  [[nodiscard]] const std::string& login_name() const noexcept { return login_name_; }
  /// GUID; may be empty.
  [[nodiscard]] const std::string& object_id() const noexcept { return object_id_; }
  [[nodiscard]] folder& inbox() noexcept { return *folders_.front(); }
  [[nodiscard]] std::span<const std::unique_ptr<folder>> folders() const noexcept { return folders_; }
  /// Any case. Null when there is none.
  [[nodiscard]] folder* find(std::string_view name) const;
  /// Takes INBOX's oldest mail away, from all labels too. There must be one.
  void drop_oldest();
  /// Null: its folders are no labels.
  [[nodiscard]] const gmail_labels* labels() const noexcept { return labels_.get(); }

  /// `/` separates levels. `conflict` when it exists, `invalid_argument` for no name or too many folders.
  [[nodiscard]] result<void> create(std::string_view name);
  /// `not_found`; `invalid_argument` for a folder that every mailbox has.
  [[nodiscard]] result<void> remove(std::string_view name);
  /// With those below it; `from` may be a level that is no folder itself. As create() and remove().
  [[nodiscard]] result<void> rename(std::string_view from, std::string_view to);

private:
  friend class directory;
  std::string address_;
  std::string login_name_;
  std::string object_id_;
  std::vector<std::unique_ptr<folder>> folders_; ///< INBOX first
  std::unique_ptr<gmail_labels> labels_;
  std::uint32_t next_uid_validity_;
};

/// All mailboxes and who may open them and send as them.
class directory {
public:
  /// The one there is when there is one.
  mailbox& add(const std::string& address, service kind = service::microsoft,
               folder_language language = folder_language::english);
  /// Any case. Null when there is none.
  [[nodiscard]] mailbox* find(std::string_view address) const;
  /// By login name, any case: the address of a mailbox that has another one finds nothing.
  [[nodiscard]] mailbox* find_login(std::string_view name) const;
  /// By address, login name or object id.
  [[nodiscard]] mailbox* find_any(std::string_view name) const;
  /// Both as mailbox tells them; an empty object id leaves the one there is. `not_found` when there is no such mailbox,
  /// `conflict` when the name is another mailbox's address or login name, or the object id another's.
  [[nodiscard]] result<void> identify(std::string_view address, const std::string& login_name,
                                      const std::string& object_id);
  /// Full Access, and Send As. `who`: a UPN or, for app-only access, a client id.
  void allow(std::string_view who, std::string_view address);
  void forbid(std::string_view who, std::string_view address);
  void allow_send_as(std::string_view who, std::string_view address);
  void forbid_send_as(std::string_view who, std::string_view address);
  [[nodiscard]] bool may_open(std::string_view who, std::string_view address) const;
  [[nodiscard]] bool may_send_as(std::string_view who, std::string_view address) const;
  /// In the order in which they were added.
  [[nodiscard]] std::span<const std::string> addresses() const noexcept { return addresses_; }

private:
  using rights = std::unordered_map<std::string, std::vector<std::string>>; ///< who → sorted addresses
  static void add(rights& to, std::string_view who, std::string_view address);
  static void remove(rights& from, std::string_view who, std::string_view address);
  [[nodiscard]] static bool has(const rights& in, std::string_view who, std::string_view address);

  std::unordered_map<std::string, std::unique_ptr<mailbox>> mailboxes_;
  std::unordered_map<std::string, mailbox*> logins_; ///< names that are not the address, lower case
  std::unordered_map<std::string, mailbox*> ids_;    ///< lower case
  std::vector<std::string> addresses_;
  rights full_access_;
  rights send_as_;
};

} // namespace postroom::sim
