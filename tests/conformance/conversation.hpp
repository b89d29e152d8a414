#pragma once

#include "tests/conformance/imap_server.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postroom::test {

/// What clients say to a server, step by step. Each command gets a tag that tells its place. In texts `$uidvalidity`
/// and `$modseq` stand for the last values that client was told, `$kept` for the `$modseq` of the last keep(), `$sent`
/// for the server's name of the folder with \Sent.
class imap_conversation {
public:
  explicit imap_conversation(std::string name) : name_(std::move(name)) {}

  /// The client that says what follows, from 0; each has a connection of its own. 0 in the beginning.
  imap_conversation& client(std::size_t number);
  /// The command of the server's that signs in, then SELECT INBOX.
  imap_conversation& sign_in();
  imap_conversation& open_inbox();
  /// Appends the mails to INBOX, with dates an hour apart.
  imap_conversation& fill(const std::vector<std::string>& mails);
  /// APPEND with these arguments (folder, flags, date) and this mail. `at_once`: without waiting for a continuation.
  imap_conversation& append(const std::string& arguments, const std::string& mail, bool at_once = false);
  /// A command without its tag. A literal that asks for a continuation is sent after it.
  imap_conversation& say(std::string command);
  /// Several commands in one piece, without waiting.
  imap_conversation& say_at_once(std::vector<std::string> commands);
  /// IDLE, up to its continuation.
  imap_conversation& idle();
  /// Waits, in IDLE, for a response that contains `word`.
  imap_conversation& pushed(std::string word);
  /// Ends IDLE.
  imap_conversation& done();
  imap_conversation& keep();

  enum class action : std::uint8_t { say, say_at_once, sign_in, idle, pushed, done, keep };
  struct step {
    action what = action::say;
    std::size_t client = 0;
    std::vector<std::string> texts;
    bool silent = false; ///< preparation, not to be compared
  };
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }

private:
  imap_conversation& add(action what, std::vector<std::string> texts, bool silent = false);

  std::string name_;
  std::vector<step> steps_;
  std::size_t client_ = 0;
};

/// What was said in one step and what came.
struct imap_exchange {
  std::string said;
  std::vector<std::string> lines; ///< normalised
  std::vector<std::string> raw;
};

/// Runs it in a new mailbox; an exchange for each step. A response that does not come is a line `<silence>`.
[[nodiscard]] std::vector<imap_exchange> run(const imap_conversation& conversation, imap_server& server);

/// Runs it against the stand-in and the model, and fails, with the transcripts, where they differ in more than the
/// known differences.
void expect_alike(const imap_conversation& conversation, imap_manners manners, imap_server& model);

} // namespace postroom::test
