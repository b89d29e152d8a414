#include "actors/parsing/crash_hook.hpp"

#include <gtest/gtest.h>

namespace postroom::parsing {
namespace {

void meet(std::string_view raw) {
  mime::memory_source source(raw);
  crash_if_marked(source);
}

constexpr std::string_view marked = "From: a@b.example\r\nX-Postroom-Crash: abort\r\n\r\ntext";

#ifdef POSTROOM_CRASH_ON_MARKED_MAIL
TEST(crash_hook_death, kills_on_a_marked_mail) {
  EXPECT_DEATH(meet(marked), "");
}
#else
TEST(crash_hook, is_not_in_what_is_shipped) {
  meet(marked);
}
#endif

TEST(crash_hook, ignores_all_other_mail) {
  meet("");
  meet("From: a@b.example\r\n\r\nX-Postroom-Crash: abort\r\n");
  meet("From: a@b.example\r\nSubject: X-Postroom-Crash: abort\r\n\r\n");
}

} // namespace
} // namespace postroom::parsing
