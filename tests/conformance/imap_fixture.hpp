#pragma once

#include "tests/conformance/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace postroom::test {

/// Compares the stand-in, with one of its faces, to Dovecot.
class imap_conformance : public testing::TestWithParam<imap_manners> {
protected:
  void compare(const imap_conversation& said) { expect_alike(said, GetParam(), dovecot()); }

private:
  /// One of each for the process: it takes a while to start.
  static imap_server& dovecot() {
    static std::map<imap_manners, std::unique_ptr<imap_server>> servers;
    auto& server = servers[GetParam()];
    if (!server)
      server = make_dovecot_server(GetParam());
    return *server;
  }
};

inline auto compared_manners() {
  return testing::Values(imap_manners::exchange, imap_manners::generic);
}

inline auto generic_manners() {
  return testing::Values(imap_manners::generic);
}

inline std::string name_of_manners(const testing::TestParamInfo<imap_manners>& info) {
  return info.param == imap_manners::exchange ? "exchange" : "generic";
}

} // namespace postroom::test
