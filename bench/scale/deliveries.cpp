#include "bench/scale/phases.hpp"
#include "bench/typical_mail.hpp"

#include <stdexcept>

namespace postroom::bench::scale {

std::vector<std::int64_t> deliver_evenly(office& to, const std::vector<std::string>& mailboxes, std::size_t first,
                                         std::size_t count, double per_second) {
  std::vector<std::int64_t> sent;
  const auto gap = std::chrono::duration<double>{1 / per_second};
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    rest(std::chrono::ceil<std::chrono::milliseconds>(begin + gap * static_cast<double>(i) -
                                                      std::chrono::steady_clock::now()));
    auto mail = typical_mail(first + i);
    sent.push_back(now_ns());
    const auto& into = mailboxes[(first + i) % mailboxes.size()];
    if (auto uid = to.stand_in().deliver(into, std::move(mail)); !uid)
      throw std::runtime_error("delivery to " + into + ": " + uid.error().detail);
  }
  return sent;
}

} // namespace postroom::bench::scale
