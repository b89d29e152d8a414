#pragma once

#include "sim/identity/access_tokens.hpp"
#include "sim/imap/session.hpp"
#include "tests/conformance/imap_server.hpp"

#include <memory>
#include <string>

namespace postroom::test {

/// One client's session with the stand-in, and what it has said so far.
class stand_in_connection final : private sim::answer_sink {
public:
  explicit stand_in_connection(sim::imap_services& services) : session_(services, *this) { session_.greet(); }

  void receive(std::string_view bytes) { session_.receive(bytes); }
  [[nodiscard]] std::string& said() noexcept { return said_; }

private:
  void text(std::string_view bytes) override { said_ += bytes; }
  void body(const sim::mail_slice& slice) override { said_ += slice.raw->substr(slice.offset, slice.octets); }
  void finish() override {}

  std::string said_;
  sim::imap_session session_;
};

/// The stand-in's IMAP without sockets: one user, who signs in to one mailbox at a time.
class stand_in_imap {
public:
  explicit stand_in_imap(imap_manners manners);

  [[nodiscard]] std::unique_ptr<stand_in_connection> connect();
  [[nodiscard]] std::string login_command();
  void renew_mailbox();

private:
  sim::service face_;
  manual_clock time_{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  sim::registry people_;
  sim::tenant& company_;
  sim::application& client_;
  sim::directory mail_;
  sim::access_tokens tokens_;
  sim::fault_desk faults_{1, time_, mail_};
  sim::stand_in_stats stats_;
  sim::imap_services services_;
  std::string user_;
};

} // namespace postroom::test
