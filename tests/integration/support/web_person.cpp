#include "tests/integration/support/web_person.hpp"

#include <regex>
#include <stdexcept>

namespace postroom::test {
namespace {

/// Of the first match; empty when there is none.
std::string find_in(const std::string& text, const char* pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex{pattern}) ? found[1].str() : std::string{};
}

} // namespace

const std::string& web_person::load(std::vector<std::string> arguments) {
  const auto jar = (directory_.path() / "cookies").string();
  arguments.insert(arguments.begin(),
                   {"curl", "-sS", "-L", "-k", "--max-time", "20", "-b", jar, "-c", jar, "-w", "\n%{url_effective}"});
  const auto outcome = run(arguments);
  if (!outcome || outcome->status != 0)
    throw std::runtime_error("curl: " + (outcome ? outcome->output : to_string(outcome.error())));
  const auto end = outcome->output.rfind('\n');
  page_ = outcome->output.substr(0, end);
  address_ = outcome->output.substr(end + 1);
  return page_;
}

const std::string& web_person::open(const std::string& url) {
  return load({url});
}

const std::string& web_person::begin(const std::string& start_page) {
  if (open(start_page).find("<button id=\"go-on\">") == std::string::npos)
    throw std::runtime_error("no start page: " + page_);
  return load({"--data", "", start_page});
}

const std::string& web_person::submit(const std::map<std::string, std::string>& fields) {
  const auto origin = find_in(address_, "^(https?://[^/]+)");
  std::vector<std::string> arguments{origin + find_in(page_, "<form method=\"post\" action=\"([^\"]+)\"")};
  const std::regex hidden{"<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">"};
  for (std::sregex_iterator at{page_.begin(), page_.end(), hidden}, end; at != end; ++at)
    arguments.insert(arguments.end(), {"--data-urlencode", (*at)[1].str() + "=" + (*at)[2].str()});
  for (const auto& [name, value] : fields)
    arguments.insert(arguments.end(), {"--data-urlencode", name + "=" + value});
  return load(std::move(arguments));
}

const std::string& web_person::sign_in(const std::string& upn, const std::string& password) {
  submit({{"email", upn}});
  submit({{"password", password}});
  if (page_.find("id=\"accept\"") != std::string::npos)
    submit({{"action", "accept"}});
  return page_;
}

} // namespace postroom::test
