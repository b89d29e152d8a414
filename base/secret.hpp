#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace postroom {

/// A value that must never be shown: token, password, client secret. It has no printer and no comparison; the only way
/// to the value is `expose()`, a word that stands out in a review. The bytes of a secret string are wiped on
/// destruction and before being overwritten.
template <class T = std::string>
class secret {
public:
  secret() = default;
  explicit secret(T value) : value_(std::move(value)) {}
  secret(const secret&) = default;
  secret(secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  secret& operator=(const secret& other) {
    if (this != &other) {
      wipe();
      value_ = other.value_;
    }
    return *this;
  }
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~secret() { wipe(); }

  /// The value itself. Do not copy it into anything that is logged, stored unsealed or answered.
  [[nodiscard]] const T& expose() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

private:
  void wipe() noexcept {
    // A short string that was moved from is empty, but its bytes still stand in it.
    if constexpr (requires { value_.resize(value_.capacity()); })
      value_.resize(value_.capacity());
    volatile auto* p = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i)
      p[i] = {};
    value_.clear();
  }

  T value_{};
};

} // namespace postroom
