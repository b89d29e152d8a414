#pragma once

#include "base/ascii.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What the mail server of the stand-in keeps. Nothing here is thread-safe.
namespace postroom::sim {

/// Flags of a mail as bits, in the order in which they are written.
enum mail_flag : std::uint8_t { seen = 1, answered = 2, flagged = 4, deleted = 8, draft = 16, mdn_sent = 32 };
/// `\Seen \Answered`, without parentheses.
[[nodiscard]] std::string flags_text(std::uint8_t flags);
/// 0 for flags that Exchange does not keep.
[[nodiscard]] std::uint8_t parse_flag(std::string_view name);

struct mail {
  std::uint32_t uid = 0;
  std::uint8_t flags = 0;
  wall_time received{};
  std::shared_ptr<const std::string> raw;
};

/// Told about changes of a folder. Must not change the folder nor stop watching inside the call.
class folder_watcher {
public:
  virtual ~folder_watcher() = default;
  virtual void on_added() = 0;
  virtual void on_expunged() = 0;
  virtual void on_flags(std::uint32_t uid) = 0;
  /// Its UIDs are void; the session must end.
  virtual void on_renumbered() = 0;
};

class folder {
public:
  folder(std::string name, std::string use, std::uint32_t uid_validity)
      : name_(std::move(name)), use_(std::move(use)), uid_validity_(uid_validity) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// `\Sent` (RFC 6154); empty: none.
  [[nodiscard]] const std::string& use() const noexcept { return use_; }
  [[nodiscard]] std::uint32_t uid_validity() const noexcept { return uid_validity_; }
  [[nodiscard]] std::uint32_t uid_next() const noexcept { return uid_next_; }
  /// In the order of their UIDs.
  [[nodiscard]] std::span<const mail> mails() const noexcept { return mails_; }
  [[nodiscard]] const mail* find(std::uint32_t uid) const;

  std::uint32_t add(std::shared_ptr<const std::string> raw, wall_time received, std::uint8_t flags = 0);
  /// False when there is no such mail.
  bool set_flags(std::uint32_t uid, std::uint8_t flags, const folder_watcher* by = nullptr);
  bool expunge(std::uint32_t uid);
  void renumber();

  void watch(folder_watcher& watcher) { watchers_.push_back(&watcher); }
  void unwatch(folder_watcher& watcher) { std::erase(watchers_, &watcher); }

private:
  std::string name_;
  std::string use_;
  std::uint32_t uid_validity_;
  std::uint32_t uid_next_ = 1;
  std::vector<mail> mails_;
  std::vector<folder_watcher*> watchers_;
};

/// What an administrator can switch on a mailbox. Counts for the next login.
struct mailbox_settings {
  bool imap_enabled = true; ///< otherwise "authenticated but not connected"
  enum class smtp_auth : std::uint8_t { inherit, on, off } smtp = smtp_auth::inherit; ///< inherit: the tenant's
  bool copy_for_sent_as = false; ///< MessageCopyForSentAsEnabled: a copy of what others send in its name
  bool licensed = true;          ///< without: no mailbox to be found
};

class mailbox {
public:
  /// With the folders every Exchange mailbox has.
  explicit mailbox(std::string address);

  mailbox_settings settings;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] folder& inbox() noexcept { return *folders_.front(); }
  [[nodiscard]] std::span<const std::unique_ptr<folder>> folders() const noexcept { return folders_; }
  /// Any case. Null when there is none.
  [[nodiscard]] folder* find(std::string_view name) const;

private:
  std::string address_;
  std::vector<std::unique_ptr<folder>> folders_;
};

/// All mailboxes and who may open them and send as them.
class directory {
public:
  mailbox& add(const std::string& address);
  /// Any case. Null when there is none.
  [[nodiscard]] mailbox* find(std::string_view address) const;
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
  std::vector<std::string> addresses_;
  rights full_access_;
  rights send_as_;
};

} // namespace postroom::sim
