#include "tests/net/support/connect_proxy.hpp"
#include "tests/net/support/counted_memory.hpp"
#include "tests/net/support/link_fixture.hpp"

#include <boost/asio/post.hpp>

#include <future>

namespace postroom::net::test {
namespace {

using seen = recorder::seen;

class idle_memory_test : public link_fixture {
protected:
  /// What the io thread has allocated and not given back, once it has nothing to do.
  counted_memory now() {
    std::promise<counted_memory> promise;
    boost::asio::post(one_.next().context(), [&] {
      count_this_thread(true);
      promise.set_value(memory_counted());
    });
    return promise.get_future().get();
  }

  /// What each of a few links holds on its thread once it idles after a large message.
  counted_memory each_idle_link(const std::shared_ptr<const proxy_server>& proxy);

  static constexpr long links_ = 20;
  io_threads one_{1};
};

counted_memory idle_memory_test::each_idle_link(const std::shared_ptr<const proxy_server>& proxy) {
  const auto body = std::string(2 * limits::mib + 300'000, 'x');
  script_server server{[&](peer& p) {
                         if (p.start_tls())
                           serve_imap(p, [&](peer& to, const std::string& tag, const std::string& line) {
                             if (line.starts_with("UID"))
                               return to.write("* 1 FETCH (UID 1 BODY[] {" + std::to_string(body.size()) + "}\r\n" +
                                               body + ")\r\n" + tag + " OK done\r\n");
                             return to.write("+ idling\r\n* 2 EXISTS\r\n") && to.read_line() == "DONE\r\n";
                           });
                       },
                       &good_};
  const auto dialer = make_imap_dialer(one_, tls_, {});
  EXPECT_GE(now().bytes, 0) << "OpenSSL's memory is not counted";

  std::vector<std::shared_ptr<recorder>> told;
  std::vector<std::unique_ptr<imap_link>> open_links;
  const auto open_one = [&] {
    told.push_back(std::make_shared<recorder>());
    auto target = make_target(server, &good_);
    target.proxy = proxy;
    open_links.push_back(dialer->open(std::move(target), told.back()));
    open_links.back()->submit({fetch_all(), imap::idle_command{}});
    ASSERT_TRUE(told.back()->wait([](const seen& s) { return s.idling == 1 && !s.data.empty(); }));
    EXPECT_EQ(told.back()->now().messages.at(0).bytes, body.size());
    told.back()->forget();
  };
  open_one(); // fills the caches every connection shares
  const auto before = now();
  for (long i = 0; i < links_; ++i)
    open_one();
  const auto after = now();
  return {(after.bytes - before.bytes) / links_, (after.blocks - before.blocks) / links_,
          (after.large_blocks - before.large_blocks) / links_};
}

// Thousands of mailboxes sit in IDLE: what they hold is what the gateway weighs.
TEST_F(idle_memory_test, a_connection_gives_its_buffers_back_when_it_idles) {
  const auto each = each_idle_link(nullptr);
  RecordProperty("bytes_each", static_cast<int>(each.bytes));
  EXPECT_LE(each.bytes, 24 * 1024);
  // OpenSSL's SSL object itself is larger than 4 KiB; a TLS record's buffer or a piece of the body would come on top.
  EXPECT_LE(each.large_blocks, 2);
}

TEST_F(idle_memory_test, a_proxy_leaves_nothing_behind) {
  const connect_proxy proxy{};
  const auto direct = each_idle_link(nullptr);
  const auto through = each_idle_link(std::make_shared<const proxy_server>(
      proxy_server{"127.0.0.1", proxy.port(), "anna", secret<>{std::string(200, 's')}}));
  EXPECT_EQ(proxy.requests().size(), static_cast<std::size_t>(links_) + 1);
  EXPECT_LE(through.bytes, direct.bytes + 64);
  EXPECT_LE(through.blocks, direct.blocks);
}

} // namespace
} // namespace postroom::net::test
