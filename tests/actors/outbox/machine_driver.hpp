#pragma once

#include "actors/outbox/machine.hpp"
#include "tests/actors/outbox/mails.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace postroom::outbox {

/// Tells one machine what happens, watches what it wants, and checks what must always be so.
class machine_driver {
public:
  explicit machine_driver(settings config = {}) : machine(config) {}

  outbox::machine machine;
  wall_time now = start_of_tests;
  std::vector<effect_type> wanted; ///< by the latest event

  bool slot = false;
  bool link = false;
  bool body_ended = false; ///< the server may have the mail
  bool has_mark = false;
  bool verdict_known = false;
  bool ended = false;
  std::size_t settlements = 0;
  bool counts = false;     ///< recipients against a day's limit
  std::size_t counted = 0; ///< of the attempt at hand
  std::size_t marked = 0;  ///< recipients who may have the mail
  std::optional<std::uint32_t> timer;
  std::chrono::milliseconds timer_delay{};

  void on(event_type what) {
    if (std::holds_alternative<event::slot_granted>(what))
      slot = true;
    if (const auto* allowed = std::get_if<event::allowed>(&what)) {
      counted += allowed->counted.recipients;
      counts = counts || counted != 0;
    }
    has_mark = has_mark || std::holds_alternative<event::marked>(what);
    if (const auto* closed = std::get_if<event::link_closed>(&what)) {
      link = false;
      verdict_known = closed->last && closed->where == smtp::phase::message;
    }
    verdict_known = verdict_known || std::holds_alternative<event::message_done>(what);
    take(machine.on(std::move(what), now));
  }
  void withdraw() {
    EXPECT_TRUE(machine.may_withdraw());
    EXPECT_FALSE(body_ended) << "taken back while the server may have it";
    take(machine.withdraw(now));
    EXPECT_EQ(machine.head_seq(), 0U);
    check_counted(0);
  }
  void let_go() { take(machine.let_go()); }

  /// The names of what is wanted, in order: `ask_slot`, …
  [[nodiscard]] std::vector<std::string> names() const {
    static const char* const all[] = {"ask_slot",
                                      "return_slot",
                                      "ask_permit",
                                      "ask_token",
                                      "open_link",
                                      "close_link",
                                      "ask_allowance",
                                      "return_allowance",
                                      "begin",
                                      "begin_body",
                                      "feed",
                                      "end_body",
                                      "mark",
                                      "settle_attempt",
                                      "settle_doubt",
                                      "settle_found",
                                      "settle_undecided",
                                      "search_sent",
                                      "report",
                                      "set_timer",
                                      "ended"};
    static_assert(std::size(all) == std::variant_size_v<effect_type>);
    std::vector<std::string> out;
    for (const auto& each : wanted)
      out.emplace_back(all[each.index()]);
    return out;
  }
  template <class Effect>
  [[nodiscard]] const Effect* find() const {
    for (const auto& each : wanted)
      if (const auto* found = std::get_if<Effect>(&each))
        return found;
    return nullptr;
  }
  template <class Effect>
  [[nodiscard]] bool wants() const {
    return find<Effect>() != nullptr;
  }
  [[nodiscard]] std::optional<smtp::failure_class> failure() const {
    const auto* settled = find<effect::settle_attempt>();
    EXPECT_TRUE(settled) << "no attempt has ended";
    return settled ? settled->end.failure : std::nullopt;
  }

  // -- the way of one mail
  static head_mail mail(std::uint64_t seq = 1, std::size_t recipients = 1) {
    head_mail out;
    out.seq = seq;
    out.envelope.mail_from = "sales@example.com";
    for (std::uint32_t i = 0; i < recipients; ++i) {
      out.envelope.recipients.push_back("r" + std::to_string(i) + "@example.com");
      out.recipients.push_back(i + 10); // not the place in the envelope
    }
    return out;
  }
  static event::envelope_answered answers(std::vector<smtp::reply> recipients, smtp::reply sender = yes) {
    return {{std::move(sender), std::move(recipients), {}}};
  }
  static event::link_closed lost(smtp::phase where = smtp::phase::message) {
    return {fail(errc::connection_lost, "gone"), where, {}};
  }

  static constexpr int steps = 11;
  /// What happens when all goes well, in order: 0 takes the mail, 10 brings the verdict.
  static event_type happening(int step, std::uint64_t seq = 1) {
    switch (step) {
    case 0:
      return event::head{mail(seq)};
    case 1:
      return event::slot_granted{};
    case 2:
      return event::permitted{};
    case 3:
      return event::token_ready{};
    case 4:
      return event::link_ready{{.greeted_as = "smtp.example.com"}};
    case 5:
      return event::allowed{};
    case 6:
      return answers({yes});
    case 7:
      return event::body_wanted{};
    case 8:
      return event::body_fed{true};
    case 9:
      return event::marked{};
    default:
      return event::message_done{smtp::phase::message, yes};
    }
  }
  /// Plays happenings `from` up to before `to`.
  void play(int to, int from = 0, std::uint64_t seq = 1) {
    for (int step = from; step < to; ++step)
      on(happening(step, seq));
  }
  void settled() { on(event::settled{}); }

private:
  void take(std::vector<effect_type> effects) {
    wanted = std::move(effects);
    for (const auto& each : wanted)
      std::visit([this](const auto& e) { check(e); }, each);
  }
  void check(const effect::ask_slot&) { EXPECT_FALSE(slot) << "it has one"; }
  void check(const effect::return_slot&) {
    EXPECT_TRUE(slot) << "it has none";
    EXPECT_FALSE(link) << "the next one would be one too many";
    slot = false;
  }
  void check(const effect::open_link&) {
    EXPECT_TRUE(slot && !link);
    link = true;
  }
  void check(const effect::close_link&) { link = false; }
  void check(const effect::begin&) {
    EXPECT_TRUE(link);
    body_ended = has_mark = verdict_known = false;
  }
  void check(const effect::begin_body&) { EXPECT_TRUE(link); }
  void check(const effect::feed&) { EXPECT_TRUE(link && !body_ended); }
  void check(const effect::return_allowance& e) {
    EXPECT_LE(e.unused.recipients, counted);
    counted -= e.unused.recipients;
  }
  void check_counted(std::size_t served) {
    EXPECT_TRUE(!counts || counted == served) << counted << " counted, " << served << " served";
    counted = 0;
  }
  void check(const effect::mark& e) {
    marked = e.recipients.size();
    EXPECT_FALSE(body_ended);
    has_mark = false;
  }
  void check(const effect::end_body&) {
    EXPECT_TRUE(link);
    EXPECT_TRUE(has_mark) << "a crash now would send it twice";
    EXPECT_FALSE(body_ended);
    body_ended = true;
  }
  void check(const effect::settle_attempt& e) {
    const auto accepted = std::ranges::count_if(e.end.answers, [](const auto& each) { return each.positive(); });
    check_counted(e.end.failure ? 0 : static_cast<std::size_t>(accepted));
    EXPECT_TRUE(!body_ended || verdict_known) << "nobody knows whether the server has it";
    body_ended = false;
    ++settlements;
  }
  void check(const effect::settle_doubt&) {
    check_counted(marked);
    EXPECT_TRUE(body_ended && !verdict_known) << "there is nothing to doubt";
    body_ended = false;
  }
  void check(const effect::settle_found&) { ++settlements; }
  void check(const effect::settle_undecided&) { ++settlements; }
  void check(const effect::set_timer& e) {
    timer = e.epoch;
    timer_delay = e.delay;
  }
  void check(const effect::ended&) {
    EXPECT_FALSE(slot || link) << "left behind";
    check_counted(0);
    ended = true;
  }
  template <class Other>
  void check(const Other&) {}
};

} // namespace postroom::outbox
