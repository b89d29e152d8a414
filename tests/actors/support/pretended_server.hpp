#pragma once

#include "net/imap_link.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace postroom {

/// IMAP servers that exist only in the test: a folder for each user, served at once on the caller's thread, through
/// the interface that real links have. `open` may be called from many threads; all else is for tests on one thread.
class pretended_server final : public net::imap_dialer {
public:
  enum class mood : std::uint8_t {
    serves,
    silent,     ///< the connection never comes up
    refuses,    ///< the connection is refused
    crashes_us, ///< a bug of ours shows: opening the link throws
  };
  struct account {
    pretended_server::mood mood = mood::serves;
    std::optional<error> refused_with;     ///< the login, or what comes after it
    std::set<std::string> missing_folders; ///< SELECT is answered NO
    std::string refuses_all;               ///< commands, with these words; empty: it does not
    std::uint32_t validity = 14;
    std::uint32_t uid_next = 1;
    std::map<std::uint32_t, std::string> mails; ///< by UID
    std::size_t listed_bytes = 0;               ///< what is told of each mail's size, as by Exchange; 0: the truth
    std::set<std::uint32_t> withheld;           ///< bodies of these are NIL
    bool holds_bodies = false;                  ///< commands for bodies get no answer
    std::set<std::string> sent;                 ///< Message-IDs in Sent, without brackets
    std::string sent_in;                        ///< the folder that holds them; empty: whichever is opened
    std::vector<imap::list_data> listed{{{}, '/', "INBOX"}, {{"\\Sent"}, '/', "Gesendet"}};
    std::size_t dialled = 0;
    std::vector<imap::command> commands; ///< what was asked
    std::size_t bodies_sent = 0;

    /// One more mail, from `anna@example.com` unless told otherwise.
    std::uint32_t deliver(const std::string& from = "Anna <anna@example.com>");
  };
  /// One connection, as the server sees it.
  struct session {
    net::imap_target target;
    std::shared_ptr<net::imap_link_listener> ear;
    account* served = nullptr;
    const pretended_server* at = nullptr;
    imap::ticket last_ticket = 0;
    imap::ticket idle_ticket = 0;
    std::string opened; ///< the folder
    bool ready = false; ///< logged in; what is submitted before is never answered
    [[nodiscard]] bool open() const { return ear != nullptr; }
    [[nodiscard]] bool idling() const { return idle_ticket != 0; }
  };

  std::map<std::string, account> accounts;  ///< by user; made when first dialled
  std::function<void(std::size_t)> on_sent; ///< hears of the bytes of each mail before it is sent; on any thread
  std::vector<std::shared_ptr<session>> sessions;

  [[nodiscard]] std::unique_ptr<net::imap_link> open(net::imap_target target,
                                                     std::shared_ptr<net::imap_link_listener> ear) override;

  /// The open sessions of a user.
  [[nodiscard]] std::vector<std::shared_ptr<session>> open_sessions(const std::string& user) const;
  [[nodiscard]] std::size_t open_count() const;
  /// Tells an idling session that there are more mails.
  void announce(const std::string& user);
  /// The connection breaks.
  static void drop(session& which, error why);

private:
  std::mutex mutex_; ///< while links are opened: each account is served on the thread of its own mailbox
};

} // namespace postroom
