#include "app/ready_file.hpp"

#include "app/private_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

namespace postroom::app {

result<void> write_ready_file(const std::filesystem::path& file, const std::string& url, const std::string& token) {
  const boost::json::object content{{"url", url}, {"token", token}, {"pid", ::getpid()}};
  return write_private_file(file, boost::json::serialize(content) + '\n');
}

} // namespace postroom::app
