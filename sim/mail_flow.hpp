#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sim/mail/delivery.hpp"
#include "sim/mail/mail_generator.hpp"
#include "sim/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace postroom::sim {

/// A mail on its way.
struct arriving_mail {
  std::string mailbox;
  sealed_mail mail;
};

/// Which mail reaches which mailbox, and when. The same plan, seed and mailboxes make the same mails in the same order
/// (but for their dates), whenever they are taken. Does nothing by itself. Not thread-safe.
class mail_flow {
public:
  static constexpr double rate_max = 100'000;
  /// Of mails from the beginning; beyond, mailboxes share their texts.
  static constexpr std::size_t distinct_initial_max = 20'000;
  static constexpr std::size_t shared_texts = 2'000;

  /// A number between 0 and `rate_max`.
  [[nodiscard]] static bool is_rate(double per_second) { return per_second >= 0 && per_second <= rate_max; }

  /// `corpus` empty: generated mails.
  mail_flow(const mail_plan& plan, unsigned seed, std::vector<std::string> mailboxes, std::vector<sealed_mail> corpus);

  /// From now on at this rate, the first one after a whole interval. `is_rate` must hold.
  void set_rate(double per_second, mono_time now);
  [[nodiscard]] double rate() const noexcept { return per_second_; }
  /// When the next mail is due; max: never.
  [[nodiscard]] mono_time next_due() const;
  /// How many have become due since the last call. Counted from the time the rate was set, so that nothing drifts; what
  /// somebody missed for longer than ten seconds is left out.
  [[nodiscard]] std::size_t take_due(mono_time now);

  /// The next mail of the flow.
  [[nodiscard]] arriving_mail next(wall_time date);
  /// The next one of those that lie in the mailboxes from the beginning. Beyond `distinct_initial_max` in all, the text
  /// is one of `shared_texts`, each of which names the mailbox it was made for.
  [[nodiscard]] sealed_mail initial(const std::string& mailbox, wall_time date);
  /// One more, outside the flow's order: for who asks for it.
  [[nodiscard]] sealed_mail extra(const std::string& mailbox, wall_time date);

private:
  /// Generated mails of one purpose, or the corpus from its beginning.
  struct source {
    mail_generator generator;
    std::size_t taken = 0;
  };
  [[nodiscard]] sealed_mail take(source& from, const std::string& mailbox, wall_time date);
  [[nodiscard]] mono_time due_at(std::uint64_t number) const;

  std::vector<std::string> mailboxes_;
  std::vector<sealed_mail> corpus_;
  std::vector<sealed_mail> shared_; ///< of initial mails, once they are shared
  bool share_initial_;
  bool round_robin_;
  std::size_t size_min_;
  source initial_, flow_, extra_;
  std::mt19937 draw_;
  std::size_t next_mailbox_ = 0;
  double per_second_ = 0;
  mono_time begin_{};
  std::uint64_t done_ = 0; ///< since begin_
};

} // namespace postroom::sim
