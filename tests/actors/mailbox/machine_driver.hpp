#pragma once

#include "actors/mailbox/machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace postroom::mailbox {

/// Plays the whole world around one machine: store, admission, tokens, an IMAP folder, time. Each effect becomes a
/// pending step, so that a test can let any of them fail.
class machine_driver {
public:
  explicit machine_driver(settings config, unsigned seed = 7) : machine(std::move(config), seed) {}

  mailbox::machine machine;
  std::map<std::uint32_t, std::uint64_t> folder; ///< UID → size
  std::uint32_t validity = 14;
  std::uint32_t uid_next = 1;
  std::optional<position> stored;
  std::vector<std::uint32_t> announced;
  std::vector<std::uint32_t> set_aside;
  std::vector<effect_type> pending;
  std::chrono::seconds token_life{3600};
  std::size_t links_opened = 0;
  std::size_t steps = 0;
  std::uint64_t credit_out = 0;
  bool link_up = false;
  bool ended = false;
  std::set<std::uint32_t> poisoned; ///< FETCH of these is refused
  imap::command_outcome refusal{0, imap::status_kind::no, {}, "Internal error occurred."}; ///< so
  std::set<std::uint32_t> withheld;                                                        ///< their bodies are NIL
  std::uint32_t found_from = 1;      ///< SEARCH SINCE finds what is not below
  std::vector<std::string> searches; ///< what was asked
  std::string opened;                ///< the folder, as it was asked for
  kinship kin = kinship::same;       ///< of what is stored
  std::size_t idles_ended = 0;
  std::vector<bool> token_refreshes;
  std::vector<bool> tried; ///< what admission heard
  bool hold_permits = false;
  bool reachable = true;
  std::optional<std::chrono::seconds> token_renewed_after;
  std::pair<mailbox_state, bool> shown{mailbox_state::waiting, false}; ///< state and in step, as last reported

  wall_time now{std::chrono::hours{24 * 20'000}};
  mono_time ticks{std::chrono::hours{1}};

  void deliver(std::uint32_t count, std::uint64_t size = 4400) {
    for (std::uint32_t i = 0; i < count; ++i)
      folder[uid_next++] = size;
  }

  void feed(event_type what) {
    for (auto& effect : machine.on(std::move(what), ticks, now)) {
      if (std::holds_alternative<effect::report>(effect))
        shown = {machine.state(), machine.in_step()};
      pending.push_back(std::move(effect));
    }
    EXPECT_EQ(shown, std::pair(machine.state(), machine.in_step())) << "operators see something that is not so";
  }

  /// Carries out the next effect; false when there is none (but a timer).
  bool step() {
    if (pending.empty())
      return false;
    ++steps;
    auto effect = std::move(pending.front());
    pending.erase(pending.begin());
    std::visit([this](auto& e) { perform(e); }, effect);
    return true;
  }
  void run(std::size_t steps_max = 100'000) {
    for (std::size_t i = 0; i < steps_max && step(); ++i) {
    }
  }
  /// Lets time pass until the pending timer rings, then runs.
  void pass_timer() {
    ring_timer();
    run();
  }
  void ring_timer() {
    ASSERT_TRUE(timer_at) << "nothing would ever wake this machine";
    const auto wait = std::max(*timer_at - now, std::chrono::milliseconds{0});
    now += wait;
    ticks += wait;
    timer_at.reset();
    feed(event::timer{timer_epoch});
  }
  void close_link(error why) {
    link_up = false;
    feed(event::link_closed{std::move(why)});
  }
  /// Runs, and lets timers ring, until the machine is in step again.
  void until_in_step(int rounds_max = 50) {
    run();
    for (int i = 0; i < rounds_max && !idling(); ++i)
      pass_timer();
    ASSERT_TRUE(idling());
  }
  [[nodiscard]] bool idling() const { return machine.state() == mailbox_state::idle && in_idle; }

  std::optional<wall_time> timer_at;
  std::uint32_t timer_epoch = 0;
  bool in_idle = false;

private:
  void perform(effect::load_position&) { feed(event::position_loaded{stored, kin}); }
  void perform(effect::ask_permit&) {
    if (!hold_permits)
      feed(event::permitted{});
  }
  void perform(effect::tell_tried& e) { tried.push_back(e.arrived); }
  void perform(effect::ask_token& e) {
    token_refreshes.push_back(e.refresh);
    if (token_fails) {
      feed(event::ask_failed{*token_fails, asked::token});
      return;
    }
    const auto renewed = token_renewed_after ? std::optional{now + *token_renewed_after} : std::nullopt;
    feed(event::token_ready{now + token_life, renewed});
  }
  void perform(effect::open_link&) {
    ++links_opened;
    if (!reachable) {
      feed(event::link_closed{fail(errc::connect_failed, "connection refused")});
      return;
    }
    link_up = true;
    ticket = 0;
    in_idle = false;
    feed(event::connected{});
  }
  void perform(effect::submit& e) {
    if (!link_up)
      return;
    for (auto& command : e.commands)
      answer(++ticket, command);
  }
  void perform(effect::end_idle&) {
    ++idles_ended;
    if (!std::exchange(in_idle, false) || !link_up)
      return;
    if (lists_before_idle_ends)
      return;
    event::command_done done;
    done.outcome.id = idle_ticket;
    feed(done);
  }
  void perform(effect::close_link&) {
    link_up = false;
    in_idle = false;
  }
  void perform(effect::ask_credit& e) {
    credit_out += e.bytes;
    credits.push_back(e.bytes);
    feed(event::credited{});
  }
  void perform(effect::return_credit& e) {
    while (!credits.empty()) {
      credit_out -= credits.front();
      credits.erase(credits.begin());
      if (!e.all)
        break;
    }
  }
  void perform(effect::commit_range& e) {
    for (const auto& [uid, size] : folder)
      if (uid >= e.first && uid <= e.last && parsed.contains(uid)) {
        announced.push_back(uid);
        parsed.erase(uid);
      }
    for (auto uid : e.unfetchable)
      set_aside.push_back(uid);
    stored = e.next;
    kin = kinship::same;
    feed(event::committed{});
  }
  void perform(effect::commit_position& e) {
    stored = e.next;
    kin = kinship::same;
    feed(event::committed{});
  }
  void perform(effect::set_timer& e) {
    timer_at = now + e.delay;
    timer_epoch = e.epoch;
  }
  void perform(effect::report&) {}
  void perform(effect::ended&) { ended = true; }

  void answer(imap::ticket id, imap::command& command) {
    event::command_done done;
    done.outcome.id = id;
    if (auto* select = std::get_if<imap::select_command>(&command)) {
      EXPECT_TRUE(select->read_only) << "reading must not change the mailbox";
      opened = select->folder;
      if (!select_refused.empty()) {
        done.outcome.kind = imap::status_kind::bad;
        done.outcome.text = select_refused;
      }
      done.validity = uid_validity{validity};
      if (predicts_uid_next)
        done.uid_next = uid_next;
    } else if (auto* fetch = std::get_if<imap::uid_fetch_command>(&command)) {
      answer_fetch(*fetch, done);
      return;
    } else if (const auto* search = std::get_if<imap::uid_search_command>(&command)) {
      answer_search(search->criteria, done);
    } else if (std::holds_alternative<imap::idle_command>(command)) {
      idle_ticket = id;
      in_idle = true;
      feed(event::idling{});
      return;
    }
    feed(done);
  }
  void answer_search(const std::string& criteria, event::command_done& done) {
    searches.push_back(criteria);
    if (criteria == "UID *") {
      if (!folder.empty())
        done.found.push_back(folder.rbegin()->first);
      return;
    }
    const auto set = criteria.substr(4, criteria.find(' ', 4) - 4);
    for (auto [first, last] : ranges_of(set))
      for (auto it = folder.lower_bound(std::max(first, found_from)); it != folder.end() && it->first <= last; ++it)
        done.found.push_back(it->first);
  }
  void answer_fetch(const imap::uid_fetch_command& fetch, event::command_done& done) {
    const bool bodies = std::count(fetch.items.begin(), fetch.items.end(), "BODY.PEEK[]") > 0;
    std::vector<std::uint32_t> delivered;
    for (auto [first, last] : ranges_of(fetch.uids.text))
      for (auto it = folder.lower_bound(first); it != folder.end() && it->first <= last; ++it) {
        if (bodies && poisoned.contains(it->first)) {
          const auto id = done.outcome.id;
          done.outcome = refusal;
          done.outcome.id = id;
          feed(done);
          return;
        }
        if (bodies && withheld.contains(it->first))
          done.withheld.push_back(names_withheld ? it->first : 0);
        else if (bodies)
          delivered.push_back(it->first);
        else
          done.listed.push_back({message_uid{it->first}, {}, it->second, {}});
      }
    if (!bodies && std::exchange(lists_before_idle_ends, false)) {
      event::command_done idle;
      idle.outcome.id = idle_ticket;
      idle.listed = std::exchange(done.listed, {});
      feed(idle);
    }
    if (bodies && overlapping && !overlapped && !delivered.empty() && delivered.back() < folder.rbegin()->first) {
      overlapped = done.outcome.id;
      early = std::move(delivered);
      return;
    }
    if (overlapped) {
      event::command_done first;
      first.outcome.id = *std::exchange(overlapped, std::nullopt);
      delivered.insert(delivered.begin(), early.begin(), early.end());
      first.fetched = delivered;
      feed(first);
    } else {
      done.fetched = delivered;
    }
    feed(done);
    for (auto uid : delivered) {
      parsed.insert(uid);
      feed(event::mail_parsed{uid});
    }
  }
  static std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_of(const std::string& set) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    std::size_t at = 0;
    while (at < set.size()) {
      const auto end = std::min(set.find(',', at), set.size());
      const auto part = set.substr(at, end - at);
      const auto colon = part.find(':');
      const auto first = static_cast<std::uint32_t>(std::stoul(part));
      auto last = first;
      if (colon != std::string::npos)
        last = part[colon + 1] == '*' ? 0xffff'ffff : static_cast<std::uint32_t>(std::stoul(part.substr(colon + 1)));
      out.emplace_back(first, last);
      at = end + 1;
    }
    return out;
  }

public:
  std::optional<error> token_fails;
  std::string select_refused; ///< with these words; empty: it is not
  bool predicts_uid_next = true;
  bool names_withheld = true;
  /// The next listing comes before the answer to the IDLE that DONE ended.
  bool lists_before_idle_ends = false;
  /// The server sends the bodies of two pipelined commands before it answers the first.
  bool overlapping = false;

private:
  std::vector<std::uint64_t> credits;
  std::set<std::uint32_t> parsed;
  std::optional<imap::ticket> overlapped;
  std::vector<std::uint32_t> early;
  imap::ticket ticket = 0;
  imap::ticket idle_ticket = 0;
};

} // namespace postroom::mailbox
