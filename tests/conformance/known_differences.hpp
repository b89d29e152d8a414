#pragma once

#include "tests/conformance/imap_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// Takes what a known, justified difference between Dovecot and this face of the stand-in is about out of an answer, of
/// either, so that the rest can be compared. `said`: the command.
void forget_known_differences(imap_manners manners, std::string_view said, std::vector<std::string>& lines);

} // namespace postroom::test
