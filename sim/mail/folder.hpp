#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// One folder of a mailbox. Nothing here is thread-safe.
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
  std::uint32_t keywords = 0; ///< bits, as the folder numbers them
  std::uint64_t mod_seq = 0;  ///< of its latest change (RFC 7162 §3.1)
  std::uint64_t id = 0;       ///< the same in all folders of a Gmail mailbox; 0: none
};

/// What is set on a mail.
struct mail_marks {
  std::uint8_t flags = 0;
  std::uint32_t keywords = 0;
  friend bool operator==(const mail_marks&, const mail_marks&) = default;
};

/// Told about changes of a folder. Must not change the folder nor stop watching inside the call.
class folder_watcher {
public:
  virtual ~folder_watcher() = default;
  /// The folder's last mail is new.
  virtual void on_added() = 0;
  /// It is not there any more.
  virtual void on_expunged(std::uint32_t uid) = 0;
  virtual void on_flags(std::uint32_t uid) = 0;
  /// Its UIDs are void; the session must end.
  virtual void on_renumbered() = 0;
  /// The folder is about to go, and does not know the watcher any more.
  virtual void on_removed() = 0;
};

class folder;

/// Told first, for whoever keeps folders of one mailbox in agreement. May change other folders, and the id of what was
/// added.
class folder_keeper {
public:
  virtual ~folder_keeper() = default;
  virtual void on_added(folder& where, mail& added) = 0;
  virtual void on_marks(folder& where, const mail& changed, const folder_watcher* by) = 0;
};

/// Mails in the order of their UIDs, with a modification sequence that each change raises (RFC 7162).
class folder {
public:
  /// Different keywords that clients may set, and octets in the name of one.
  static constexpr std::size_t keywords_max = 32;
  static constexpr std::size_t keyword_bytes_max = 100;
  /// Whose UIDs are remembered after they went.
  static constexpr std::size_t history_max = 1000;

  folder(std::string name, std::string use, std::uint32_t uid_validity)
      : name_(std::move(name)), use_(std::move(use)), uid_validity_(uid_validity) {}
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder();

  bool subscribed = true;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// `\Sent` (RFC 6154); empty: none.
  [[nodiscard]] const std::string& use() const noexcept { return use_; }
  [[nodiscard]] std::uint32_t uid_validity() const noexcept { return uid_validity_; }
  [[nodiscard]] std::uint32_t uid_next() const noexcept { return uid_next_; }
  [[nodiscard]] std::uint64_t highest_mod_seq() const noexcept { return highest_mod_seq_; }
  /// In the order of their UIDs.
  [[nodiscard]] std::span<const mail> mails() const noexcept { return mails_; }
  [[nodiscard]] const mail* find(std::uint32_t uid) const;
  /// By `id`. In an archive, where ids ascend, quickly.
  [[nodiscard]] const mail* find_id(std::uint64_t id) const;
  /// UIDs in ascending order of what was expunged after that modification sequence; nothing when that is too long ago
  /// to be known.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> expunged_since(std::uint64_t mod_seq) const;

  std::uint32_t add(std::shared_ptr<const std::string> raw, wall_time received, std::uint8_t flags = 0,
                    std::uint32_t keywords = 0, std::uint64_t id = 0);
  /// Leaves keywords alone. False when there is no such mail.
  bool set_flags(std::uint32_t uid, std::uint8_t flags, const folder_watcher* by = nullptr);
  /// `by` is not told.
  bool set_marks(std::uint32_t uid, const mail_marks& marks, const folder_watcher* by = nullptr);
  bool expunge(std::uint32_t uid);
  void renumber();
  void rename(std::string name) { name_ = std::move(name); }

  /// In the order of their bits.
  [[nodiscard]] std::span<const std::string> keywords() const noexcept { return keywords_; }
  /// The keyword's bit, any case; 0: not used here.
  [[nodiscard]] std::uint32_t find_keyword(std::string_view name) const;
  /// The same, and uses it from now on. 0: there are too many, or the name is too long.
  std::uint32_t use_keyword(std::string_view name);

  void watch(folder_watcher& watcher) { watchers_.push_back(&watcher); }
  void unwatch(folder_watcher& watcher) { std::erase(watchers_, &watcher); }
  void keep(folder_keeper& keeper) { keeper_ = &keeper; }

private:
  struct expunged {
    std::uint64_t mod_seq = 0;
    std::uint32_t uid = 0;
  };

  std::string name_;
  std::string use_;
  std::uint32_t uid_validity_;
  std::uint32_t uid_next_ = 1;
  std::uint64_t highest_mod_seq_ = 1;
  std::uint64_t forgotten_mod_seq_ = 0; ///< expunges up to this one are not known any more
  std::vector<mail> mails_;
  std::deque<expunged> history_;
  std::vector<std::string> keywords_;
  std::vector<folder_watcher*> watchers_;
  folder_keeper* keeper_ = nullptr;
};

} // namespace postroom::sim
