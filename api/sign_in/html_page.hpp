#pragma once

#include "api/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::api::sign_in {

/// `& < > " '` as references; broken UTF-8 and control characters become harmless. At most 2 KiB of `text` are kept.
[[nodiscard]] std::string escape_html(std::string_view text);

/// A page for people, written from above to below: no script, nothing from elsewhere, its one style sheet named by its
/// hash in the Content-Security-Policy. Every text is escaped here. For one use.
class html_page {
public:
  enum class mood : std::uint8_t { good, bad };
  html_page(unsigned status, mood look, std::string_view title);

  html_page& paragraph(std::string_view text);
  /// A heading and what it is about.
  html_page& section(std::string_view heading, std::string_view text);
  html_page& facts(const std::vector<std::pair<std::string, std::string>>& named);
  html_page& list(std::string_view heading, const std::vector<std::string>& items);
  /// To be copied into a terminal.
  html_page& command(std::string_view text);
  /// Posts to the page's own address; `ways`: where the answer may send the browser on, as the sources of a
  /// Content-Security-Policy.
  html_page& button(std::string_view text, std::string_view ways);

  [[nodiscard]] response finish();

private:
  unsigned status_;
  std::string body_;
  std::string form_action_ = "'none'";
  std::string_view ending_ = "Postroom. You can close this window.";
};

/// What every answer to a browser carries: nothing is kept, shown in a frame, or told to the next site.
void add_page_headers(response& to);

} // namespace postroom::api::sign_in
