#pragma once

#include "actors/outbox/outbox.hpp"
#include "actors/tenant/tenant_config.hpp"
#include "base/crypto.hpp"
#include "storage/blocking.hpp"
#include "storage/keys.hpp"
#include "tests/actors/outbox/mails.hpp"
#include "tests/actors/support/pretended_provider.hpp"
#include "tests/actors/support/world_fixture.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postroom::outbox {

/// A mail as the API hands it in. Its Message-ID is `<name>@postroom.example`.
inline submit_mail submission_of(const std::string& name, const std::string& account = "sales",
                                 std::size_t recipients = 1) {
  submit_mail wish;
  wish.tenant = tenant_id{"acme"};
  wish.account = account_id{account};
  wish.mail = std::make_shared<records::OutboxMail>(new_mail(recipients));
  wish.mail->set_message_id(name + "@postroom.example");
  wish.mail->set_blob(random_string(16));
  wish.body = std::make_shared<const std::string>("Subject: " + name + "\r\n\r\ntext\r\n");
  wish.mail->set_size(wish.body->size());
  return wish;
}

/// One outbox of the account `sales` with everything around it pretended; no tenant.
class outbox_fixture : public testing::Test, public world_fixture {
protected:
  using answer = pending_answer<mail_answer>;

  outbox_fixture() {
    provider = system.spawn([this](provider_actor::pointer) -> provider_actor::behavior_type {
      return pretended_provider([this](const want_access_token& wish) -> caf::result<access_token> {
        refreshes.push_back(wish.refresh);
        if (no_token)
          return to_caf(*no_token);
        return access_token{secret<>{"token"}, delegate, time.now() + std::chrono::hours{24}};
      });
    });
    supervisor = system.spawn([this](outbox_supervisor::pointer) -> outbox_supervisor::behavior_type {
      return {[this](const may_retire& wish) { retirements.push_back(wish.requests); }};
    });
    provider_record = put_provider("acme", "mail", "password");
    account_record = put_account("acme", "sales");
  }
  ~outbox_fixture() override {
    quit(box);
    pass(std::chrono::seconds{10}); // for a verdict that never comes
    quit(provider);
    quit(supervisor);
  }
  /// Starts the outbox, with the records as they are now.
  void start() {
    auto made = tenant::assign_outbox(account_record, provider_record, keys, std::chrono::seconds{120});
    ASSERT_TRUE(made) << to_string(made.error());
    made->provider = provider;
    made->supervisor = supervisor;
    box = system.spawn(outbox, std::make_shared<const assignment>(std::move(*made)), &world);
    run();
  }
  /// The process dies.
  void crash() {
    caf::anon_send_exit(box, caf::exit_reason::kill);
    run();
  }
  void pass_in_steps(std::chrono::milliseconds total, std::chrono::milliseconds step = std::chrono::seconds{1}) {
    for (; total.count() > 0; total -= step)
      pass(std::min(step, total));
  }
  answer submit(submit_mail wish) { return ask<mail_answer>(box, std::move(wish)); }
  answer submit(const std::string& name) { return submit(submission_of(name)); }
  result<mail_answer> change(const std::string& mail, mail_action action) {
    const auto given = ask<mail_answer>(box, change_mail{tenant_id{"acme"}, account_id{"sales"}, mail, action});
    return given.there() ? given.get() : result<mail_answer>{fail(errc::timeout, "no answer")};
  }
  bool ended() {
    const auto given = ask<mail_answer>(box, change_mail{tenant_id{"acme"}, account_id{"sales"}, "x", {}});
    return given.there() && !given.get() && given.get().error().code == errc::cancelled;
  }

  std::vector<records::OutboxMail> mails() {
    std::vector<records::OutboxMail> out;
    for (auto& each : *storage::list_all<records::OutboxMail>(
             *memory, storage::space::outbox, storage::keys::outbox_mails(tenant_id{"acme"}, account_id{"sales"})))
      out.push_back(std::move(each.value));
    return out;
  }
  records::Outbox counts() {
    return storage::list_all<records::Outbox>(*memory, storage::space::outbox,
                                              storage::keys::outboxes(tenant_id{"acme"}))
        ->at(0)
        .value;
  }
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const auto& each : events_of("acme"))
      out.push_back(each.type());
    return out;
  }
  pretended_smtp::account& at_server(const std::string& user = "sales@example.com") { return smtp.accounts[user]; }
  /// Message names as the server got them, in order.
  std::vector<std::string> delivered(const std::string& user = "sales@example.com") {
    std::vector<std::string> out;
    for (const auto& each : at_server(user).mails)
      out.push_back(each.body.substr(9, each.body.find('\r') - 9));
    return out;
  }

  provider_actor provider;
  outbox_supervisor supervisor;
  outbox_actor box;
  records::Provider provider_record;
  records::Account account_record;
  std::optional<error> no_token;
  std::string delegate = "andrea@example.com";
  std::vector<bool> refreshes;
  std::vector<std::uint64_t> retirements;
};

} // namespace postroom::outbox
