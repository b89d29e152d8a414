#include "base/limits.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"
#include "tests/api/support/sized_store.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <malloc.h>

namespace postroom::api::test {
namespace {

constexpr std::uint64_t mail_bytes = 35'000'000;
constexpr std::uint64_t growth_max = 20 * limits::mib;

/// Server and client are this process; the store keeps no bodies and the client writes from one small piece, so what
/// grows is the server's.
class outbox_memory : public outbox_api {
protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps freed memory";
#endif
    auto sized = std::make_unique<sized_store>(std::move(store));
    bodies = sized.get();
    store = std::move(sized);
    outbox_api::SetUp();
    EXPECT_EQ(submit(sample()).status, 202U) << "what is made once is made before";
  }

  static std::uint64_t resident(const std::string& name) {
    std::ifstream in{"/proc/self/status"};
    for (std::string word; in >> word;)
      if (std::uint64_t kib = 0; word == name && in >> kib)
        return kib * limits::kib;
    return 0;
  }
  /// The peak starts anew from what is resident now.
  static std::uint64_t begin() {
    ::malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << "5";
    return resident("VmRSS:");
  }
  static void expect_little(std::uint64_t before) {
    const auto peak = resident("VmHWM:");
    ASSERT_GT(before, 0U);
    EXPECT_LE(peak, before + growth_max) << "grew by " << (peak - before) / limits::kib << " KiB";
    testing::Test::RecordProperty("growth_kib", std::to_string((peak - std::min(peak, before)) / limits::kib));
  }
  /// `head`, then lines, `mail_bytes` in all.
  answer stream(const std::string& path, const std::string& type, const std::string& head) {
    std::string lines;
    while (lines.size() + 80 < 64 * limits::kib)
      lines += std::string(78, 'x') + "\r\n";
    writer->write(
        writer->bytes_of({"POST", path, {}, {{"Content-Type", type}, {"Content-Length", std::to_string(mail_bytes)}}}));
    writer->write(head);
    for (auto left = mail_bytes - head.size(); left > 0;) {
      const auto piece = std::string_view{lines}.substr(0, std::min<std::uint64_t>(left, lines.size()));
      writer->write(piece);
      left -= piece.size();
    }
    return writer->read_answer();
  }

  sized_store* bodies = nullptr;
};

TEST_F(outbox_memory, hardly_grows_by_a_whole_mail_of_35_megabytes) {
  const auto before = begin();
  const auto accepted =
      stream(outbox, "message/rfc822", "From: support@contoso.example\r\nTo: bea@example.org\r\n\r\n");
  expect_little(before);
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_GE(accepted.json().at("size").to_number<std::uint64_t>(), mail_bytes);
  EXPECT_GE(bodies->written(), mail_bytes);
}

TEST_F(outbox_memory, hardly_grows_by_an_attachment_of_35_megabytes) {
  auto before = begin();
  const auto made = stream(uploads, "application/octet-stream", "");
  expect_little(before);
  ASSERT_EQ(made.status, 201U) << made.body;
  before = begin();
  const auto accepted =
      submit(with(sample(), "attachments", boost::json::array{boost::json::object{{"upload", made.json().at("id")}}}));
  expect_little(before);
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_GT(accepted.json().at("size").to_number<std::uint64_t>(), mail_bytes / 3 * 4);
  EXPECT_GE(bodies->written(), mail_bytes / 3 * 7);
}

} // namespace
} // namespace postroom::api::test
