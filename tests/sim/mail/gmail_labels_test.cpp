#include "sim/mail/gmail_labels.hpp"
#include "sim/mail/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class gmail_labels_test : public testing::Test {
protected:
  std::uint32_t add(folder& into) { return into.add(std::make_shared<const std::string>("x"), {}); }
  folder& find(std::string_view name) { return *box.find(name); }
  mailbox box{"anna@gmail.test", service::google};
  folder& inbox = box.inbox();
  folder& archive = find("[Gmail]/All Mail");
};

TEST_F(gmail_labels_test, archives_what_arrives) {
  add(inbox);
  add(find("[Gmail]/Sent Mail"));
  ASSERT_EQ(archive.mails().size(), 2U);
  EXPECT_EQ(archive.mails()[0].id, inbox.mails()[0].id);
  EXPECT_LT(archive.mails()[0].id, archive.mails()[1].id);
  EXPECT_THAT(box.labels()->labels_of(archive.mails()[0], archive), ElementsAre("\\Inbox"));
  EXPECT_THAT(box.labels()->labels_of(inbox.mails()[0], inbox), IsEmpty());
  mailbox other{"otto@gmail.test", service::google};
  other.inbox().add(std::make_shared<const std::string>("x"), {});
  EXPECT_NE(other.inbox().mails()[0].id, inbox.mails()[0].id);
}

TEST_F(gmail_labels_test, only_takes_the_label_off_when_expunged) {
  add(inbox);
  inbox.expunge(1);
  ASSERT_EQ(archive.mails().size(), 1U);
  EXPECT_THAT(box.labels()->labels_of(archive.mails()[0], archive), IsEmpty());
}

TEST_F(gmail_labels_test, puts_labels_on_what_is_there) {
  ASSERT_TRUE(box.create("Done"));
  add(inbox);
  const auto& it = inbox.mails()[0];
  find("Done").add(it.raw, it.received, 0, 0, it.id);
  EXPECT_EQ(archive.mails().size(), 1U) << "it is the same mail";
  EXPECT_THAT(box.labels()->labels_of(inbox.mails()[0], inbox), ElementsAre("Done"));
  EXPECT_EQ(box.labels()->find("\\INBOX"), &inbox);
  EXPECT_EQ(box.labels()->find("\\Draft"), &find("[Gmail]/Drafts"));
  EXPECT_EQ(box.labels()->find("nowhere"), nullptr);
}

TEST_F(gmail_labels_test, marks_are_the_same_everywhere) {
  add(inbox);
  archive.set_flags(1, seen | flagged);
  EXPECT_EQ(inbox.mails()[0].flags, seen | flagged);
  EXPECT_THAT(box.labels()->labels_of(inbox.mails()[0], inbox), ElementsAre("\\Starred"));
  inbox.set_flags(1, deleted);
  EXPECT_EQ(archive.mails()[0].flags, 0) << "it is deleted from INBOX only";
}

TEST_F(gmail_labels_test, trash_takes_it_from_everywhere_else) {
  add(inbox);
  const auto it = inbox.mails()[0];
  find("[Gmail]/Trash").add(it.raw, it.received, 0, 0, it.id);
  EXPECT_TRUE(inbox.mails().empty());
  EXPECT_TRUE(archive.mails().empty());
  EXPECT_EQ(find("[Gmail]/Trash").mails().size(), 1U);
}

TEST_F(gmail_labels_test, archives_again_what_comes_back) {
  add(inbox);
  add(inbox);
  auto& spam = find("[Gmail]/Spam");
  const auto move = [](folder& from, folder& to) {
    const auto it = from.mails()[0]; // a copy
    to.add(it.raw, it.received, 0, 0, it.id);
    from.expunge(it.uid);
    return it.id;
  };
  const auto id = move(inbox, spam);
  EXPECT_EQ(archive.find_id(id), nullptr);
  EXPECT_EQ(move(spam, inbox), id);
  ASSERT_EQ(archive.mails().size(), 2U);
  ASSERT_TRUE(archive.find_id(id)) << "behind the other, whose id is larger";
  EXPECT_TRUE(inbox.set_flags(inbox.find_id(id)->uid, seen));
  EXPECT_EQ(archive.find_id(id)->flags, seen);
}

} // namespace
} // namespace postroom::sim
