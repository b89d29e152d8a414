#include "api/sign_in/html_page.hpp"
#include "api/sign_in/outcome_pages.hpp"
#include "api/sign_in/permission_words.hpp"
#include "protocol/knowledge/entry.hpp"

#include <gmock/gmock.h>

namespace postroom::api::sign_in {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const response& page) {
  return std::get<std::string>(page.body);
}

records::SignIn some_sign_in() {
  records::SignIn of;
  of.set_tenant("acme");
  of.set_provider("azure");
  of.set_delegate("andrea@contoso.example");
  of.set_purpose("sign_in");
  return of;
}

TEST(html_page, escapes_what_would_be_markup) {
  EXPECT_EQ(escape_html("<a href=\"x\" b='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(escape_html("a\nb\x01"), "a b");
  EXPECT_THAT(escape_html("\xff<"), HasSubstr("&lt;"));
  EXPECT_LE(escape_html(std::string(10'000, 'x')).size(), 2048U);
}

TEST(outcome_pages, know_every_case_of_the_table) {
  const auto of = some_sign_in();
  std::size_t seen = 0;
  for (const auto* row : knowledge::all()) {
    if (row->from != knowledge::origin::sign_in || row->key == "sign_in.missing_permission")
      continue;
    ++seen;
    const auto page = failure_page(sign_in_error(row->code, row->key, "said"), &of);
    EXPECT_NE(page.status, 200U);
    EXPECT_THAT(text_of(page), HasSubstr(escape_html(row->meaning))) << row->key;
    EXPECT_THAT(text_of(page), HasSubstr(escape_html(row->remedy))) << row->key;
    EXPECT_THAT(text_of(page), Not(HasSubstr("The sign-in did not succeed"))) << row->key << " has no title";
    EXPECT_THAT(text_of(page), HasSubstr("postroom provider authenticate azure --delegate andrea@contoso.example"));
  }
  EXPECT_GE(seen, 8U);
}

TEST(outcome_pages, do_without_a_sign_in_that_is_known) {
  const auto page = failure_page(fail(errc::store_unavailable, "gone"), nullptr);
  EXPECT_EQ(page.status, 502U);
  EXPECT_THAT(text_of(page), HasSubstr("gone"));
}

TEST(permission_words, know_scopes_with_and_without_resource) {
  EXPECT_EQ(permission_words("https://outlook.office.com/SMTP.Send"), "Send mail over SMTP (SMTP.Send)");
  EXPECT_EQ(permission_words("smtp.send"), "Send mail over SMTP (smtp.send)");
  EXPECT_THAT(permission_words("https://mail.google.com/"), HasSubstr("at Google"));
  EXPECT_EQ(permission_words("https://graph.microsoft.com/New.Thing"), "https://graph.microsoft.com/New.Thing");
  EXPECT_EQ(without_permission("IMAP.AccessAsUser.All"), "Mail cannot be read over IMAP.");
  EXPECT_EQ(without_permission("New.Thing"), "");
}

TEST(permission_words, leave_out_those_of_the_sign_in_itself) {
  EXPECT_THAT(shown_permissions("openid  profile EMAIL offline_access SMTP.Send X"), ElementsAre("SMTP.Send", "X"));
  EXPECT_TRUE(shown_permissions("").empty());
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "s" + std::to_string(i) + ' ';
  EXPECT_EQ(shown_permissions(many).size(), 32U);
}

} // namespace
} // namespace postroom::api::sign_in
