#include "protocol/mime/transfer_decoder.hpp"

#include "protocol/mime/gmime_library.hpp"

#include <vector>

namespace postroom::mime {

struct transfer_decoder::state {
  GMimeEncoding decoding{};
  std::vector<char> buffer;
};

transfer_decoder::transfer_decoder(const std::string& encoding) {
  if (encoding.empty())
    return;
  const auto which = g_mime_content_encoding_from_string(encoding.c_str());
  if (which != GMIME_CONTENT_ENCODING_BASE64 && which != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
      which != GMIME_CONTENT_ENCODING_UUENCODE)
    return;
  state_ = std::make_unique<state>();
  g_mime_encoding_init_decode(&state_->decoding, which);
}

transfer_decoder::~transfer_decoder() = default;

std::span<const char> transfer_decoder::decode(std::span<const char> encoded) {
  if (!state_ || encoded.empty())
    return encoded;
  auto& buffer = state_->buffer;
  const auto room = g_mime_encoding_outlen(&state_->decoding, encoded.size());
  if (buffer.size() < room)
    buffer.resize(room);
  return {buffer.data(), g_mime_encoding_step(&state_->decoding, encoded.data(), encoded.size(), buffer.data())};
}

} // namespace postroom::mime
