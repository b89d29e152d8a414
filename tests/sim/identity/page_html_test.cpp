#include "sim/identity/page_html.hpp"

#include "base/crypto.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(page_html_test, escapes) {
  EXPECT_EQ(escape_html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape_html("\r\n\t"), "&#13;&#10;&#9;");
  EXPECT_EQ(escape_html(std::string_view{"\0\x1b\x7f", 3}), "&#xFFFD;&#xFFFD;&#xFFFD;");
  EXPECT_EQ(escape_html("Grüße"), "Grüße");
  EXPECT_EQ(paragraph("<i>", "a"), "<p class=\"a\">&lt;i&gt;</p>\n");
  EXPECT_EQ(paragraph(""), "");
  EXPECT_EQ(alert(""), "");
  EXPECT_EQ(hidden("a\"", "b\""), "<input type=\"hidden\" name=\"a&quot;\" value=\"b&quot;\">\n");
  EXPECT_THAT(form("/x\"y", ""), HasSubstr("action=\"/x&quot;y\""));
}

TEST(page_html_test, allows_by_hash_the_style_it_has) {
  const auto page = render({face::microsoft, "T", "H<1>", "", "<p>c</p>", ""}, 403);
  EXPECT_EQ(page.result_int(), 403U);
  const auto& body = page.body();
  const auto start = body.find("<style>") + 7;
  const auto style = body.substr(start, body.find("</style>") - start);
  EXPECT_THAT(std::string{page["Content-Security-Policy"]},
              HasSubstr("style-src 'sha256-" + base64_encode(as_view(sha256(style))) + "'"));
  EXPECT_THAT(body, AllOf(HasSubstr("<h1>H&lt;1&gt;</h1>"), HasSubstr("<html lang=\"en\">"), Not(HasSubstr("http"))));
}

TEST(page_html_test, says_where_forms_may_lead) {
  const auto policy = [](std::string leads_to) {
    return std::string{render({face::google, "", "", "", "", std::move(leads_to)})["Content-Security-Policy"]};
  };
  EXPECT_THAT(policy(""), HasSubstr("form-action 'self';"));
  EXPECT_THAT(policy("https://a.test/x"), HasSubstr("form-action 'self' http: https:;"));
  EXPECT_THAT(policy("MSauth.x://a"), HasSubstr("form-action 'self' http: https: msauth.x:;"));
  EXPECT_THAT(policy("a; script-src *://x"), HasSubstr("form-action 'self' http: https:;"));
}

TEST(page_html_test, adds_parameters) {
  EXPECT_EQ(add_parameters("https://a/b", {{"c", "1 2"}, {"d", "\r\n"}}, false), "https://a/b?c=1%202&d=%0D%0A");
  EXPECT_EQ(add_parameters("https://a/b?x", {{"c", "1"}}, false), "https://a/b?x&c=1");
  EXPECT_EQ(add_parameters("https://a/b?x", {{"c", "1"}, {"d", "&"}}, true), "https://a/b?x#c=1&d=%26");
}

TEST(page_html_test, posts_itself_by_the_script_it_allows) {
  const auto page = self_posting_form(face::microsoft, "https://a.test/\"", {{"code", "<1>"}});
  const auto& body = page.body();
  const auto start = body.find("<script>") + 8;
  const auto script = body.substr(start, body.find("</script>") - start);
  EXPECT_THAT(std::string{page["Content-Security-Policy"]},
              HasSubstr("script-src 'sha256-" + base64_encode(as_view(sha256(script))) + "'"));
  EXPECT_THAT(body, AllOf(HasSubstr("action=\"https://a.test/&quot;\""), HasSubstr("value=\"&lt;1&gt;\"")));
}

} // namespace
} // namespace postroom::sim
