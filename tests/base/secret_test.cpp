#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace postroom {
namespace {

/// A value that reports what its memory held when it was let go.
struct observed {
  observed(std::string text, std::string* last) : text_(std::move(text)), last_(last) {}
  char* data() { return text_.data(); }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  void clear() {
    if (last_ != nullptr)
      *last_ = text_;
    text_.clear();
  }

  std::string text_;
  std::string* last_;
};

template <class T>
concept printable = requires(std::ostream& out, T value) { out << value; };

static_assert(!printable<secret<>>);
static_assert(!std::equality_comparable<secret<>>);
static_assert(!std::is_convertible_v<secret<>, std::string>);
static_assert(!std::is_convertible_v<std::string, secret<>>);
static_assert(!std::is_convertible_v<secret<>, std::string_view>);

TEST(secret, is_wiped_when_it_ends) {
  std::string last = "untouched";
  { const secret<observed> token{observed{"hunter2", &last}}; }
  EXPECT_EQ(last, std::string(7, '\0'));
}

TEST(secret, is_wiped_before_it_is_overwritten) {
  std::string last = "untouched";
  secret<observed> token{observed{"hunter2", &last}};
  token = secret<observed>{observed{"other", nullptr}};
  EXPECT_EQ(last, std::string(7, '\0'));
  EXPECT_EQ(token.expose().text_, "other");
}

TEST(secret, leaves_nothing_behind_when_moved) {
  secret<> token{std::string{"short"}}; // held inside the string object itself, where a move copies
  const secret<> there{std::move(token)};
  EXPECT_EQ(there.expose(), "short");
  EXPECT_TRUE(token.empty()); // NOLINT(bugprone-use-after-move)
  const std::string_view left{reinterpret_cast<const char*>(&token), sizeof token};
  EXPECT_EQ(left.find("hort"), std::string_view::npos); // a move writes over the first byte only
  secret<> again;
  again = secret<>{std::string(100, 'x')};
  EXPECT_EQ(again.expose(), std::string(100, 'x'));
}

TEST(secret, survives_being_assigned_to_itself) {
  secret<> token{std::string{"value"}};
  const auto& same = token;
  token = same;
  EXPECT_EQ(token.expose(), "value");
}

} // namespace
} // namespace postroom
