#pragma once

#include "sim/mail/folder.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// Makes the folders of a mailbox what they are at Gmail: labels of the mails in `[Gmail]/All Mail`. What comes into a
/// folder is archived there, too, with an id of its own; marks are the same everywhere; what is put into Trash or Spam
/// leaves all others. Not thread-safe.
class gmail_labels final : public folder_keeper {
public:
  /// `folders`: the mailbox's, with one whose use is `\All`; they and their vector stay where they are. `address` makes
  /// the ids differ from other mailboxes'.
  gmail_labels(std::vector<std::unique_ptr<folder>>& folders, std::string_view address);

  /// As X-GM-LABELS shows them for a mail of `shown`: all but that folder's own, `\Inbox`, `\Sent`, `"a b"`.
  [[nodiscard]] std::vector<std::string> labels_of(const mail& of, const folder& shown) const;
  /// `\Inbox` or the name of a folder, any case; null: there is none.
  [[nodiscard]] folder* find(std::string_view label) const;

private:
  void on_added(folder& where, mail& added) override;
  void on_marks(folder& where, const mail& changed, const folder_watcher* by) override;

  std::vector<std::unique_ptr<folder>>& folders_;
  folder* archive_ = nullptr;
  std::uint64_t next_id_;
  bool busy_ = false; ///< what happens now is our own doing
};

} // namespace postroom::sim
