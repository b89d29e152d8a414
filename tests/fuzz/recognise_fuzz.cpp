#include "protocol/knowledge/recognise.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;

/// Whatever is pasted: a row of the table or nothing, and never a read beyond the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* known = knowledge::recognise(fuzzing::text_of(data, size));
  fuzzing::check(known == nullptr || knowledge::find(known->key) == known);
  return 0;
}
