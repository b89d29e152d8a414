#include "actors/mailbox/commit_builder.hpp"

#include "storage/blocking.hpp"
#include "storage/keys.hpp"
#include "storage/memory/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::mailbox {
namespace {

using testing::HasSubstr;

template <class Op>
std::vector<Op> all(const storage::batch& in) {
  std::vector<Op> out;
  for (const auto& op : in.operations)
    if (const auto* one = std::get_if<Op>(&op))
      out.push_back(*one);
  return out;
}

class commit_builder_test : public testing::Test {
protected:
  manual_clock time;
  commit_context context{tenant_id{"acme"}, account_id{"sales"}, "INBOX", list_id{"friends"},
                         storage::fence{shard_id{7}, shard_epoch{0}}};
  std::unique_ptr<storage::store> store = storage::open_memory_store(time);

  commit_builder builder(std::uint64_t cursor_revision = 0) {
    return {context, uid_validity{14}, revision{cursor_revision}, time.now()};
  }
  parsed_mail mail(std::uint32_t uid, const std::string& from = "anna@example.com") const {
    parsed_mail m;
    m.uid = message_uid{uid};
    m.stable_id = message_id{"msg_" + std::to_string(uid)};
    m.received = wall_time{std::chrono::hours{24 * 20'000} + std::chrono::seconds{uid}};
    m.rest = std::make_shared<const std::string>("raw mail " + std::to_string(uid));
    m.bytes = m.rest->size();
    m.blob.bytes[0] = static_cast<std::uint8_t>(uid);
    parsing::parsed_facts facts;
    facts.event_data = R"({"n":)" + std::to_string(uid) + "}";
    facts.fingerprint[0] = static_cast<std::uint8_t>(uid);
    facts.first_from = {"Anna", from};
    m.outcome = facts;
    return m;
  }
  static position at(std::uint32_t last_uid) {
    position where;
    where.validity = uid_validity{14};
    where.last_uid = message_uid{last_uid};
    return where;
  }
  storage::commit_result commit(storage::batch what) {
    return storage::wait_for<storage::commit_result>([&](auto done) { store->commit(std::move(what), done); });
  }
  template <class T>
  std::optional<T> stored(storage::record_key key) {
    auto got = storage::wait_for<result<std::optional<storage::versioned<T>>>>(
        [&](auto done) { storage::get<T>(*store, std::move(key), done); });
    return *got ? std::optional{(*got)->value} : std::nullopt;
  }
  std::optional<std::string> body(const parsed_mail& of, std::uint32_t index = 0) {
    return *storage::wait_for<result<std::optional<std::string>>>(
        [&](auto done) { store->read_chunk(of.blob, index, done); });
  }
  std::vector<records::Event> events() {
    auto got = storage::wait_for<result<std::vector<storage::stream_entry>>>(
        [&](auto done) { store->read_stream("acme", 0, 100, 1 << 20, done); });
    std::vector<records::Event> out;
    for (const auto& each : *got)
      EXPECT_TRUE(out.emplace_back().ParseFromString(each.value));
    return out;
  }
};

TEST_F(commit_builder_test, puts_message_indexes_event_contact_and_cursor_into_one_batch) {
  auto b = builder();
  b.add(mail(5));
  EXPECT_EQ(b.announced(), 1U);
  const auto batch = b.finish(at(5));
  ASSERT_EQ(batch.relies_on.size(), 1U);
  EXPECT_EQ(batch.relies_on[0].shard, shard_id{7}) << "a batch without its fence could be written by a former owner";
  ASSERT_EQ(commit(batch).outcome, storage::outcome::committed);

  const auto record =
      stored<records::Message>(storage::keys::message(context.tenant, context.account, mail(5).stable_id));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->uid(), 5U);
  EXPECT_EQ(record->uid_validity(), 14U);
  EXPECT_EQ(record->size(), mail(5).bytes);
  EXPECT_EQ(record->chunks(), 1U);
  EXPECT_EQ(record->data(), R"({"n":5})");
  EXPECT_EQ(body(mail(5)), "raw mail 5");
  const auto log = events();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].id(), "msg_5.received");
  EXPECT_EQ(log[0].type(), "message.received");
  EXPECT_EQ(log[0].source(), "/tenants/acme/accounts/sales");
  EXPECT_EQ(log[0].subject(), "msg_5");
  const auto contact =
      stored<records::Contact>(storage::keys::contact(context.tenant, context.list, "anna@example.com"));
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->name(), "Anna");
  const auto cursor = stored<records::Cursor>(storage::keys::cursor(context.tenant, context.account, "INBOX"));
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->last_uid(), 5U);
}

TEST_F(commit_builder_test, leaves_nothing_behind_when_the_cursor_has_moved) {
  auto first = builder();
  first.add(mail(1));
  ASSERT_EQ(commit(first.finish(at(1))).outcome, storage::outcome::committed);
  auto late = builder(0);
  late.add(mail(2, "berta@example.com"));
  EXPECT_EQ(commit(late.finish(at(2))).outcome, storage::outcome::conflict);
  EXPECT_EQ(events().size(), 1U);
  EXPECT_FALSE(stored<records::Message>(storage::keys::message(context.tenant, context.account, mail(2).stable_id)));
  EXPECT_FALSE(stored<records::Contact>(storage::keys::contact(context.tenant, context.list, "berta@example.com")));
  EXPECT_EQ(stored<records::Cursor>(storage::keys::cursor(context.tenant, context.account, "INBOX"))->last_uid(), 1U);
  auto right = builder(1);
  right.add(mail(2));
  EXPECT_EQ(commit(right.finish(at(2))).outcome, storage::outcome::committed);
}

TEST_F(commit_builder_test, writes_nothing_for_a_former_owner) {
  (void)storage::wait_for<result<std::vector<storage::fence>>>([&](auto done) { store->claim({shard_id{7}}, done); });
  auto b = builder();
  b.add(mail(1));
  EXPECT_EQ(commit(b.finish(at(1))).outcome, storage::outcome::fenced);
  EXPECT_TRUE(events().empty());
}

TEST_F(commit_builder_test, saves_a_contact_once_however_it_is_spelled) {
  auto b = builder();
  b.add(mail(1, "Anna@Example.COM"));
  b.add(mail(2, "anna@example.com"));
  b.add(mail(3, "berta@example.com"));
  auto batch = b.finish(at(3));
  EXPECT_EQ(all<storage::put_if_absent>(batch).size(), 2U);
  const auto first = commit(std::move(batch));
  EXPECT_EQ(first.inserted, (std::vector<bool>{true, true}));
  auto later = builder(1);
  later.add(mail(4, "anna@example.com"));
  const auto second = commit(later.finish(at(4)));
  EXPECT_EQ(second.outcome, storage::outcome::committed);
  EXPECT_EQ(second.inserted, std::vector<bool>{false}) << "known from an earlier commit";
}

TEST_F(commit_builder_test, saves_no_contact_without_a_list_or_an_address) {
  auto b = builder();
  b.add(mail(1, ""));
  EXPECT_TRUE(all<storage::put_if_absent>(b.finish(at(1))).empty());
  context.list = {};
  auto without_list = builder();
  without_list.add(mail(1));
  EXPECT_TRUE(all<storage::put_if_absent>(without_list.finish(at(1))).empty());
}

TEST_F(commit_builder_test, quarantines_a_mail_with_its_raw_bytes_and_says_so) {
  auto broken = mail(6);
  broken.outcome = parsing::quarantined{"it crashed the parser"};
  auto b = builder();
  b.add(mail(5));
  b.add(broken);
  b.add(mail(7));
  EXPECT_EQ(b.quarantined(), 1U);
  EXPECT_EQ(b.announced(), 2U);
  ASSERT_EQ(commit(b.finish(at(7))).outcome, storage::outcome::committed);
  const auto key = storage::keys::quarantined(context.tenant, context.account, broken.stable_id);
  const auto record = stored<records::Message>(key);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->quarantined());
  EXPECT_EQ(record->reason(), "it crashed the parser");
  EXPECT_EQ(body(broken), "raw mail 6") << "quarantined raw bytes are always kept";
  EXPECT_FALSE(stored<records::Message>(storage::keys::message(context.tenant, context.account, broken.stable_id)));
  const auto log = events();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[1].type(), "message.quarantined");
  EXPECT_THAT(log[1].data(), HasSubstr(R"("raw_available":true)"));
  EXPECT_THAT(log[1].data(), HasSubstr(R"("code":"message_quarantined")"));
  EXPECT_EQ(stored<records::Cursor>(storage::keys::cursor(context.tenant, context.account, "INBOX"))->last_uid(), 7U)
      << "the next mail goes on";
}

TEST_F(commit_builder_test, quarantines_what_the_server_does_not_hand_out_without_bytes) {
  auto b = builder();
  b.add_unfetchable(message_uid{9}, 0);
  const auto batch = b.finish(at(9));
  EXPECT_TRUE(all<storage::reference_body>(batch).empty());
  ASSERT_EQ(commit(batch).outcome, storage::outcome::committed);
  const auto log = events();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].type(), "message.quarantined");
  EXPECT_THAT(log[0].data(), HasSubstr(R"("raw_available":false)"));
  EXPECT_THAT(log[0].data(), HasSubstr(R"("uid":9)"));
}

TEST_F(commit_builder_test, anchors_a_known_mail_anew_without_announcing_it) {
  auto b = builder();
  b.add_known(mail(3));
  EXPECT_EQ(b.announced(), 0U);
  const auto batch = b.finish(at(3));
  EXPECT_TRUE(all<storage::append>(batch).empty());
  EXPECT_TRUE(all<storage::put_if_absent>(batch).empty());
  ASSERT_EQ(commit(batch).outcome, storage::outcome::committed);
  EXPECT_TRUE(stored<records::Message>(storage::keys::message(context.tenant, context.account, mail(3).stable_id)));
}

TEST_F(commit_builder_test, references_staged_pieces_and_demands_all_of_them) {
  auto large = mail(8);
  large.chunks = 2;
  large.rest = std::make_shared<const std::string>("end");
  const auto stage = [&](std::uint32_t index, std::string bytes) {
    return storage::wait_for<result<void>>(
        [&](auto done) { store->write_chunk(large.blob, index, std::move(bytes), done); });
  };
  ASSERT_TRUE(stage(0, "begin"));
  auto early = builder();
  early.add(large);
  EXPECT_EQ(commit(early.finish(at(8))).outcome, storage::outcome::conflict) << "a piece was lost on its way";
  ASSERT_TRUE(stage(1, "end"));
  auto b = builder();
  b.add(large);
  ASSERT_EQ(commit(b.finish(at(8))).outcome, storage::outcome::committed);
  EXPECT_EQ(body(large, 0), "begin");
  EXPECT_EQ(body(large, 1), "end");
}

TEST_F(commit_builder_test, keeps_a_body_of_exactly_one_staged_piece) {
  auto exact = mail(8);
  exact.chunks = 1;
  exact.rest = std::make_shared<const std::string>();
  ASSERT_TRUE(
      storage::wait_for<result<void>>([&](auto done) { store->write_chunk(exact.blob, 0, "all of it", done); }));
  auto b = builder();
  b.add(exact);
  ASSERT_EQ(commit(b.finish(at(8))).outcome, storage::outcome::committed);
  EXPECT_EQ(body(exact), "all of it");
}

TEST_F(commit_builder_test, counts_the_bytes_it_holds) {
  auto b = builder();
  const auto empty = b.bytes();
  auto big = mail(1);
  big.rest = std::make_shared<const std::string>(100'000, 'x');
  b.add(big);
  EXPECT_GE(b.bytes(), empty + 100'000);
}

TEST_F(commit_builder_test, stores_a_position_as_it_was) {
  position where = at(77);
  where.caught_up = true;
  where.remap_until = message_uid{90};
  where.announce_since = wall_time{std::chrono::milliseconds{1'234'567'890'123}};
  where.generation = 3;
  const auto back = from_record(to_record(context, where, time.now()));
  EXPECT_EQ(back.validity, where.validity);
  EXPECT_EQ(back.last_uid, where.last_uid);
  EXPECT_EQ(back.caught_up, where.caught_up);
  EXPECT_EQ(back.remap_until, where.remap_until);
  EXPECT_EQ(back.announce_since, where.announce_since);
  EXPECT_EQ(back.generation, where.generation);
}

TEST_F(commit_builder_test, knows_whose_position_it_is) {
  context.names = {"mail.example.com", "sales@example.com", "sales@example.com", ""};
  const auto stored = to_record(context, at(5), time.now());
  EXPECT_EQ(kinship_of(stored, context.names), kinship::same);
  EXPECT_EQ(kinship_of({}, context.names), kinship::same) << "an older version did not tell";
  const std::string host = "mail.example.com";
  const std::string sales = "sales@example.com";
  const std::string info = "info@example.com";
  EXPECT_EQ(kinship_of(stored, {host, sales, sales, "s.ales@example.com"}), kinship::same);
  EXPECT_EQ(kinship_of(stored, {host, sales, "s.ales@example.com", ""}), kinship::renamed);
  EXPECT_EQ(kinship_of(stored, {host, info, sales, ""}), kinship::same) << "the mailbox got another address";
  EXPECT_EQ(kinship_of(stored, {host, info, "i@example.com", sales}), kinship::renamed);
  EXPECT_EQ(kinship_of(stored, {host, info, info, ""}), kinship::other);
  EXPECT_EQ(kinship_of(stored, {"new.example.com", sales, sales, ""}), kinship::moved);
  EXPECT_EQ(kinship_of(stored, {"new.example.com", info, info, ""}), kinship::other);
}

TEST_F(commit_builder_test, tells_messages_apart_whose_numbers_came_again) {
  auto first = builder();
  first.add_unfetchable(message_uid{9}, 0);
  ASSERT_EQ(commit(first.finish(at(9))).outcome, storage::outcome::committed);
  auto again = builder(1);
  again.add_unfetchable(message_uid{9}, 1);
  ASSERT_EQ(commit(again.finish(at(9))).outcome, storage::outcome::committed);
  const auto log = events();
  ASSERT_EQ(log.size(), 2U);
  EXPECT_NE(log[0].id(), log[1].id());
}

} // namespace
} // namespace postroom::mailbox
