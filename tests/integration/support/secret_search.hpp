#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// Secrets, and where they must not be.
class secret_search {
public:
  /// `what` tells a failure which one it is. Too short ones prove nothing and throw.
  void add(std::string what, const std::string& secret);
  /// Of what clients and servers said to each other: client secrets, codes, verifiers, tokens of any kind, passwords,
  /// assertions, and logins as they stand in SASL.
  void add_from(const std::vector<std::string>& conversations);
  /// How many there are of a kind.
  [[nodiscard]] std::size_t count(std::string_view what) const;

  /// Names of those that are in the text, as they are, in base64 or percent-encoded.
  [[nodiscard]] std::set<std::string> found_in(std::string_view text) const;
  /// The same for all files below a folder; each is named.
  [[nodiscard]] std::set<std::string> found_below(const std::filesystem::path& folder) const;

private:
  struct entry {
    std::string what;
    std::set<std::string> forms;
  };
  std::vector<entry> all_;
  std::set<std::string> known_;
};

} // namespace postroom::test
