#include "tests/net/support/names.hpp"

#include <arpa/inet.h>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <netdb.h>
#include <sstream>
#include <string_view>
#include <vector>

namespace postroom::net::test {
namespace {

struct name_book {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::string> addresses;
  std::map<std::string, int> asked;
  int stalls = 0;
};

/// Never destroyed: look-ups may still be under way when the process ends.
name_book& book() {
  static auto* all = new name_book;
  return *all;
}

/// One allocation for each, as freeaddrinfo below expects.
struct answer_node {
  addrinfo info{};
  sockaddr_in address{};
};

int answer(const std::string& host, addrinfo** out) {
  std::unique_lock lock{book().mutex};
  ++book().asked[host];
  if (host.ends_with("slow.test"))
    book().changed.wait(lock, [] { return book().stalls == 0; });
  std::istringstream words{book().addresses[host]};
  addrinfo** next = out;
  *out = nullptr;
  for (std::string word; words >> word; next = &(*next)->ai_next) {
    auto* node = new answer_node;
    node->address.sin_family = AF_INET;
    inet_pton(AF_INET, word.c_str(), &node->address.sin_addr);
    node->info.ai_family = AF_INET;
    node->info.ai_socktype = SOCK_STREAM;
    node->info.ai_addrlen = sizeof node->address;
    node->info.ai_addr = reinterpret_cast<sockaddr*>(&node->address);
    node->info.ai_canonname = const_cast<char*>("ours"); // NOLINT: a mark
    *next = &node->info;
  }
  return *out ? 0 : EAI_NONAME;
}

} // namespace

stalled_names::stalled_names() {
  const std::scoped_lock lock{book().mutex};
  ++book().stalls;
}

stalled_names::~stalled_names() {
  const std::scoped_lock lock{book().mutex};
  --book().stalls;
  book().changed.notify_all();
}

void set_name(const std::string& host, const std::string& addresses) {
  const std::scoped_lock lock{book().mutex};
  book().addresses[host] = addresses;
}

int asked_for(const std::string& host) {
  const std::scoped_lock lock{book().mutex};
  return book().asked[host];
}

} // namespace postroom::net::test

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** out) {
  using real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  if (host && std::string_view{host}.ends_with(".test"))
    return postroom::net::test::answer(host, out);
  static const auto system = reinterpret_cast<real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(host, service, hints, out);
}

extern "C" void freeaddrinfo(addrinfo* list) {
  using real = void (*)(addrinfo*);
  static const auto system = reinterpret_cast<real>(::dlsym(RTLD_NEXT, "freeaddrinfo"));
  if (!list || !list->ai_canonname || std::strcmp(list->ai_canonname, "ours") != 0)
    return system(list);
  while (list) {
    auto* const node = reinterpret_cast<postroom::net::test::answer_node*>(list);
    list = list->ai_next;
    delete node;
  }
}
