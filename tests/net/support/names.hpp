#pragma once

#include <string>

/// The system's resolver as tests want it: in this binary getaddrinfo knows the names under `.test` from here and
/// nothing else of them; all other names go to the real one.
namespace postroom::net::test {

/// `slow.test` (and every name that ends so) is not answered while one of these lives; then it does not exist.
class stalled_names {
public:
  stalled_names();
  stalled_names(const stalled_names&) = delete;
  stalled_names& operator=(const stalled_names&) = delete;
  ~stalled_names();
};

/// What a name means from now on: addresses separated by blanks; nothing: it does not exist, as with every name under
/// `.test` that was never set.
void set_name(const std::string& host, const std::string& addresses);
/// How often the name was asked for.
[[nodiscard]] int asked_for(const std::string& host);

} // namespace postroom::net::test
