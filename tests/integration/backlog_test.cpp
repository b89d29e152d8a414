#include "tests/integration/support/office.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postroom::test {
namespace {

std::string mail_of(std::size_t bytes, const std::string& subject) {
  std::string raw = office::mail(subject);
  raw.reserve(bytes + 80);
  const std::string line = std::string(76, 'x') + "\r\n";
  while (raw.size() < bytes)
    raw += line;
  return raw;
}

// 200 mailboxes with 50 MB each wait on the server, the disk takes 200 ms for a sync, and one mail has 150 MB. What is
// in memory stays within: the credit pool (64 MiB), the store's own memory (24), what one large mail may have on its
// way (about 10), a group being written (4, twice), and the program (about 35).
TEST(backlog, stays_on_the_server_while_the_disk_is_slow) {
  constexpr std::uint64_t mib = 1024 * 1024;
  office_options options;
  options.program = "tests/integration/postroom_on_slow_disk";
  options.mailboxes.clear();
  std::vector<std::string> addresses;
  for (int i = 0; i < 200; ++i) {
    options.mailboxes.push_back("box" + std::to_string(i));
    addresses.push_back(office::address(options.mailboxes.back()));
  }
  office world{std::move(options)};
  world.server().drop(office::address("box7"), mail_of(150'000'000, "huge"));
  world.server().drop_linked(addresses, 50, mail_of(1'000'000, "large"));
  world.start();

  std::uint64_t peak = 0;
  std::size_t behind = 200;
  bool huge = false;
  const auto all_moved = [&] {
    peak = std::max(peak, world.gateway().resident_bytes());
    behind = 0;
    const auto page = world.json("/v1/accounts?limit=500");
    for (const auto& each : page.at("items").as_array()) {
      const auto& status = each.at("status").as_object();
      const auto announced = status.at("announced").to_number<std::uint64_t>();
      behind += announced == 0 ? 1 : 0;
      if (each.at("id").as_string() == "box7")
        huge = announced > 0;
    }
    return behind == 0 && huge;
  };
  EXPECT_TRUE(wait_until(all_moved, 120s)) << behind << " mailboxes got nothing; the huge mail came: " << huge;
  RecordProperty("peak_mib", static_cast<int>(peak / mib));
  EXPECT_LT(peak, 200 * mib);
  EXPECT_EQ(world.stop(), 0);
}

} // namespace
} // namespace postroom::test
