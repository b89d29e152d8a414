#include "api/blocking_pool.hpp"

#include <boost/asio/post.hpp>

namespace postroom::api {

result<void> blocking_pool::run(std::function<void()> work) {
  if (running_.fetch_add(1) >= threads_max_) {
    --running_;
    return fail(errc::busy, "too many mails and attachments are being worked on");
  }
  boost::asio::post(threads_, [this, work = std::move(work)] {
    work();
    --running_;
  });
  return {};
}

} // namespace postroom::api
