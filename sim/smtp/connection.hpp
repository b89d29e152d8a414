#pragma once

#include "sim/smtp/submission.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>

namespace postroom::sim {

/// What the connections of the submission server share; lives longer than they do.
struct submission_hub {
  submission_services services;
  boost::asio::ssl::context* tls = nullptr; ///< null: plain text to the end, otherwise STARTTLS
  std::size_t open = 0;                     ///< connections now
};

/// Serves one client to the end.
[[nodiscard]] boost::asio::awaitable<void> serve_submission(boost::asio::ip::tcp::socket socket, submission_hub& hub);

} // namespace postroom::sim
