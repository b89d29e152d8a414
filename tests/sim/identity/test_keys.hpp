#pragma once

#include "base/jws.hpp"

namespace postroom::sim {

/// Made once: generating an RSA key takes longer than most tests.
inline const key_pair_pem& test_keys() {
  static const key_pair_pem keys = generate_rsa_key();
  return keys;
}

} // namespace postroom::sim
