#pragma once

#include "app/cli/api_call.hpp"
#include "app/demo_office.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace postroom::app {

/// What the gateway itself finds out about the sick mailboxes, by its API. Blocks; for one thread.
class demo_diagnosis {
public:
  /// `gateway` null: finds nothing out.
  demo_diagnosis(std::unique_ptr<cli::api_port> gateway, const std::vector<sick_mailbox>& sick);

  /// Asks for those it has said nothing of so far.
  void look();
  [[nodiscard]] bool complete() const;
  /// What was found out and not printed yet: where, what, who must act, and how.
  void print(std::ostream& out);
  /// A line for each of which nothing is known.
  void print_missing(std::ostream& out) const;

private:
  struct entry {
    sick_mailbox who;
    std::string found; ///< ready to be printed; empty: nothing yet
    bool printed = false;
  };
  std::unique_ptr<cli::api_port> gateway_;
  std::vector<entry> entries_;
};

} // namespace postroom::app
