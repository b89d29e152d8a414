#include "sim/mail/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace postroom::sim {
namespace {

using testing::Contains;
using testing::ElementsAre;

std::vector<std::string> names_of(const mailbox& it) {
  std::vector<std::string> names;
  for (const auto& each : it.folders())
    names.push_back(each->name());
  return names;
}

TEST(mailbox, has_the_folders_of_its_service) {
  EXPECT_THAT(names_of(mailbox{"a@contoso.test"}),
              ElementsAre("INBOX", "Sent Items", "Drafts", "Deleted Items", "Junk Email"));
  EXPECT_THAT(names_of(mailbox{"a@gmail.test", service::google}), Contains("[Gmail]/All Mail"));
  EXPECT_THAT(names_of(mailbox{"a@plain.test", service::generic}),
              ElementsAre("INBOX", "Sent", "Drafts", "Trash", "Junk"));
  EXPECT_EQ(mailbox("a@plain.test", service::generic).find("sent")->use(), "\\Sent");
}

TEST(mailbox, makes_folders) {
  mailbox it{"a@contoso.test"};
  EXPECT_TRUE(it.create("Done/2026/"));
  ASSERT_TRUE(it.find("done/2026"));
  EXPECT_NE(it.find("done/2026")->uid_validity(), it.inbox().uid_validity());
  EXPECT_EQ(it.create("DONE/2026").error().code, errc::conflict);
  for (const auto* name : {"", "/", "/a", "a//b", "a*", "a%", "a\nb"})
    EXPECT_EQ(it.create(name).error().code, errc::invalid_argument) << name;
  EXPECT_FALSE(it.create(std::string(mailbox::folder_name_bytes_max + 1, 'x')));
  EXPECT_TRUE(it.create(std::string(mailbox::folder_name_bytes_max, 'x')));
}

TEST(mailbox, has_a_bounded_number_of_folders) {
  mailbox it{"a@contoso.test"};
  while (it.folders().size() < mailbox::folders_max)
    ASSERT_TRUE(it.create("f" + std::to_string(it.folders().size())));
  EXPECT_FALSE(it.create("one more"));
}

TEST(mailbox, removes_folders_but_for_those_of_all) {
  mailbox it{"a@contoso.test"};
  ASSERT_TRUE(it.create("Done"));
  const auto validity = it.find("Done")->uid_validity();
  EXPECT_TRUE(it.remove("done"));
  EXPECT_EQ(it.remove("done").error().code, errc::not_found);
  EXPECT_EQ(it.remove("INBOX").error().code, errc::invalid_argument);
  EXPECT_EQ(it.remove("Drafts").error().code, errc::invalid_argument);
  ASSERT_TRUE(it.create("Done"));
  EXPECT_NE(it.find("Done")->uid_validity(), validity) << "UIDs of the old one must not be taken for the new one's";
}

TEST(mailbox, renames_folders_with_those_below) {
  mailbox it{"a@contoso.test"};
  for (const auto* name : {"a", "a/b", "ab", "c/d"})
    ASSERT_TRUE(it.create(name));
  EXPECT_TRUE(it.rename("a", "x/y"));
  EXPECT_TRUE(it.rename("c", "z")) << "a level that is no folder";
  EXPECT_TRUE(it.find("x/y") && it.find("x/y/b") && it.find("ab") && it.find("z/d"));
  EXPECT_EQ(it.rename("a", "b").error().code, errc::not_found);
  EXPECT_EQ(it.rename("ab", "Drafts").error().code, errc::conflict);
  EXPECT_EQ(it.rename("ab", "ab/c").error().code, errc::invalid_argument);
  EXPECT_EQ(it.rename("INBOX", "Old").error().code, errc::invalid_argument);
  EXPECT_FALSE(it.rename("x", std::string(mailbox::folder_name_bytes_max - 1, 'n')));
}

TEST(mailbox, loses_its_oldest_mail_everywhere) {
  mailbox it{"a@gmail.test", service::google};
  it.inbox().add(std::make_shared<const std::string>("one"), {});
  it.inbox().add(std::make_shared<const std::string>("two"), {});
  it.drop_oldest();
  ASSERT_EQ(it.inbox().mails().size(), 1U);
  ASSERT_EQ(it.find("[Gmail]/All Mail")->mails().size(), 1U);
  EXPECT_EQ(*it.find("[Gmail]/All Mail")->mails()[0].raw, "two");
}

TEST(directory, knows_mailboxes_and_rights_in_any_case) {
  directory it;
  auto& made = it.add("Support@Contoso.test");
  EXPECT_EQ(&it.add("support@contoso.test"), &made);
  EXPECT_EQ(it.find("SUPPORT@contoso.test"), &made);
  EXPECT_EQ(it.find("sales@contoso.test"), nullptr);
  it.allow("Dora@contoso.test", "support@CONTOSO.test");
  EXPECT_TRUE(it.may_open("dora@contoso.test", "support@contoso.test"));
  EXPECT_FALSE(it.may_send_as("dora@contoso.test", "support@contoso.test"));
  it.forbid("dora@contoso.test", "support@contoso.test");
  EXPECT_FALSE(it.may_open("dora@contoso.test", "support@contoso.test"));
  EXPECT_THAT(it.addresses(), ElementsAre("Support@Contoso.test"));
}

TEST(directory, finds_a_mailbox_by_the_name_that_signs_in) {
  directory it;
  auto& made = it.add("support@contoso.test");
  auto& other = it.add("sales@contoso.test");
  EXPECT_EQ(made.login_name(), "support@contoso.test");
  EXPECT_EQ(it.find_login("Support@contoso.test"), &made);
  ASSERT_TRUE(it.identify("support@contoso.test", "S0001@contoso.test", "0b1e"));
  EXPECT_EQ(made.login_name(), "S0001@contoso.test");
  EXPECT_EQ(it.find_login("s0001@contoso.test"), &made);
  EXPECT_EQ(it.find_login("support@contoso.test"), nullptr) << "the address is no login name any more";
  EXPECT_EQ(it.find("support@contoso.test"), &made);
  for (const auto* name : {"support@contoso.test", "s0001@CONTOSO.test", "0B1E"})
    EXPECT_EQ(it.find_any(name), &made) << name;
  EXPECT_EQ(it.find_any("nobody"), nullptr);
  ASSERT_TRUE(it.identify("support@contoso.test", "support@contoso.test", {}));
  EXPECT_EQ(it.find_login("s0001@contoso.test"), nullptr);
  EXPECT_EQ(it.find_login("support@contoso.test"), &made);
  EXPECT_EQ(made.object_id(), "0b1e") << "as before";
  EXPECT_EQ(other.login_name(), "sales@contoso.test");
}

TEST(directory, gives_no_name_twice) {
  directory it;
  it.add("support@contoso.test");
  it.add("sales@contoso.test");
  ASSERT_TRUE(it.identify("sales@contoso.test", "s2@contoso.test", "2"));
  EXPECT_EQ(it.identify("support@contoso.test", "sales@contoso.test", {}).error().code, errc::conflict);
  EXPECT_EQ(it.identify("support@contoso.test", "S2@contoso.test", {}).error().code, errc::conflict);
  EXPECT_EQ(it.identify("support@contoso.test", "s1@contoso.test", "2").error().code, errc::conflict);
  EXPECT_EQ(it.identify("support@contoso.test", "", {}).error().code, errc::conflict);
  EXPECT_EQ(it.identify("nobody@contoso.test", "n@contoso.test", {}).error().code, errc::not_found);
  EXPECT_EQ(it.find("support@contoso.test")->login_name(), "support@contoso.test");
}

} // namespace
} // namespace postroom::sim
