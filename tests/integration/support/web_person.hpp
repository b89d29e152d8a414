#pragma once

#include "tests/support/process.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace postroom::test {

/// Somebody with a browser (curl with a cookie jar) who fills the forms of the stand-in's pages in. Redirects are
/// followed. Throws when curl fails. For one thread.
class web_person {
public:
  /// Opens it; the page where that ends.
  const std::string& open(const std::string& url);
  /// Opens the start page of a sign-in and presses its button.
  const std::string& begin(const std::string& start_page);
  /// Fills the page's form in, with what it hides.
  const std::string& submit(const std::map<std::string, std::string>& fields);
  /// From the page that asks for the account to where the browser comes back to; agrees to everything.
  const std::string& sign_in(const std::string& upn, const std::string& password);

  [[nodiscard]] const std::string& page() const { return page_; }
  /// The address of the page.
  [[nodiscard]] const std::string& address() const { return address_; }

private:
  const std::string& load(std::vector<std::string> arguments);

  temp_directory directory_;
  std::string page_;
  std::string address_;
};

} // namespace postroom::test
