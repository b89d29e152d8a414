#include "sim/net/server_tls.hpp"

#include "sim/net/certificates.hpp"

namespace postroom::sim {

namespace asio = boost::asio;

result<asio::ssl::context> make_server_tls(const std::filesystem::path& directory) {
  std::error_code ignored; // certificates cannot be written then, which says why
  std::filesystem::create_directories(directory, ignored);
  const auto files = make_certificates(directory, {"localhost", "127.0.0.1"});
  if (!files)
    return files.error();
  boost::system::error_code failure;
  asio::ssl::context context{asio::ssl::context::tls_server};
  context.use_certificate_chain_file(files->certificate.string(), failure);
  if (!failure)
    context.use_private_key_file(files->private_key.string(), asio::ssl::context::pem, failure);
  if (failure)
    return fail(errc::internal, "the server certificate cannot be used: " + failure.message());
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF); // tickets resume without memory here
  SSL_CTX_set_mode(context.native_handle(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

} // namespace postroom::sim
