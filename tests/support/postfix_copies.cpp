#include "tests/support/postfix_copies.hpp"

namespace postroom::test {

postfix_copies::postfix_copies(dovecot& server)
    : server_(server), thread_([this] { deliver(); }),
      door_(smtp_sink_options{.mechanisms = "", .on_mail = [this](const sunk_mail& mail) { put_down(mail); }}) {
}

postfix_copies::~postfix_copies() {
  door_.kill();
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void postfix_copies::come_after(std::chrono::milliseconds delay) {
  const std::lock_guard lock{mutex_};
  delay_ = delay;
}

void postfix_copies::put_down(const sunk_mail& mail) {
  const std::string_view suffix{address_suffix};
  const std::lock_guard lock{mutex_};
  const auto due = std::chrono::steady_clock::now() + delay_;
  for (const auto& recipient : mail.recipients)
    if (recipient.ends_with(suffix))
      waiting_.push_back({due, recipient.substr(0, recipient.size() - suffix.size()), mail.raw});
  changed_.notify_all();
}

void postfix_copies::deliver() {
  using namespace std::chrono_literals;
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
    } else if (const auto due = waiting_.front().due; std::chrono::steady_clock::now() < due) {
      // In the order of their coming: a copy may wait for one before it that was given more time.
      changed_.wait_until(lock, due);
    } else {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      const auto done = server_.deliver_to_folder(next.mailbox, server_.sent_folder(), next.raw);
      lock.lock();
      if (!done) {
        next.due = std::chrono::steady_clock::now() + 100ms;
        waiting_.push_front(std::move(next));
      }
    }
  }
}

} // namespace postroom::test
