#include "tests/support/process.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace postroom::test {
namespace {

int loopback_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool can_bind(std::uint16_t port) {
  const int fd = loopback_socket();
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto address = loopback_address(port);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string program_path(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? name : std::string{};
  const char* path = std::getenv("PATH");
  std::istringstream directories{std::string{path ? path : "/usr/bin"} + ":/usr/sbin:/sbin"};
  for (std::string directory; std::getline(directories, directory, ':');)
    if (auto file = directory + "/" + name; ::access(file.c_str(), X_OK) == 0)
      return file;
  return {};
}

/// Everything a child needs, made before fork(): a process with threads must not allocate between fork and exec.
struct launch {
  std::string path;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::string directory;
  int input = -1;
  int output = -1;
};

[[noreturn]] void become(const launch& plan) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::dup2(plan.input, 0);
  ::dup2(plan.output, 1);
  ::dup2(plan.output, 2);
  if (!plan.directory.empty() && ::chdir(plan.directory.c_str()) != 0)
    ::_exit(126);
  // A listening socket of ours in a child would go on listening after we have closed it.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(plan.path.c_str(), plan.arguments.data(), plan.environment.data());
  ::_exit(127);
}

int open_or_null(const std::filesystem::path& path, int flags) {
  return ::open(path.empty() ? "/dev/null" : path.c_str(), flags | O_CLOEXEC, 0644);
}

/// Whether a process of the group still holds on to its sockets. Zombies do not, and who reaps them is not up to us.
bool group_lives(pid_t group) {
  std::error_code vanished;
  for (std::filesystem::directory_iterator entry{"/proc", vanished}, end; entry != end; entry.increment(vanished)) {
    std::ifstream file(entry->path() / "stat");
    std::string stat; // pid (name) state parent group …
    if (std::atoi(entry->path().filename().c_str()) == 0 || !std::getline(file, stat))
      continue;
    char state = 0;
    int parent = 0, its_group = 0;
    const auto name_end = stat.rfind(')');
    if (name_end != std::string::npos &&
        std::sscanf(stat.c_str() + name_end + 1, " %c %d %d", &state, &parent, &its_group) == 3 && its_group == group &&
        state != 'Z' && state != 'X')
      return true;
  }
  return false;
}

} // namespace

temp_directory::temp_directory() {
  std::string pattern = "/tmp/postroom-XXXXXX";
  if (!::mkdtemp(pattern.data()))
    throw std::runtime_error("mkdtemp: " + std::string{std::strerror(errno)});
  path_ = pattern;
  ::chmod(path_.c_str(), 0755);
}

temp_directory::~temp_directory() {
  if (std::getenv("POSTROOM_KEEP_TEMP"))
    return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file)
    throw std::runtime_error("cannot write " + path.string());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::uint16_t free_port() {
  constexpr unsigned first = 12'000, count = 18'000; // below 32768, where Linux begins to hand out ports itself
  static std::atomic<unsigned> next{static_cast<unsigned>(::getpid()) * 61U};
  for (unsigned tries = 0; tries < count; ++tries) {
    const auto port = static_cast<std::uint16_t>(first + next++ % count);
    if (can_bind(port))
      return port;
  }
  throw std::runtime_error("no free port");
}

bool accepts_connections(std::uint16_t port) {
  const int fd = loopback_socket();
  const auto address = loopback_address(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

result<std::unique_ptr<process>> process::spawn(const std::vector<std::string>& arguments,
                                                const spawn_options& options) {
  launch plan;
  plan.path = arguments.empty() ? std::string{} : program_path(arguments.front());
  if (plan.path.empty())
    return fail(errc::not_found, arguments.empty() ? "no program named" : arguments.front());
  for (const auto& argument : arguments)
    plan.arguments.push_back(const_cast<char*>(argument.c_str()));
  plan.arguments.push_back(nullptr);
  for (char** variable = environ; *variable; ++variable)
    plan.environment.push_back(*variable);
  for (const auto& variable : options.environment)
    plan.environment.push_back(const_cast<char*>(variable.c_str()));
  plan.environment.push_back(nullptr);
  plan.directory = options.working_directory.string();
  plan.input = open_or_null(options.input_file, O_RDONLY);
  plan.output = open_or_null(options.output_file, O_WRONLY | O_CREAT | O_TRUNC);
  const pid_t pid = plan.input < 0 || plan.output < 0 ? -1 : ::fork();
  if (pid == 0)
    become(plan);
  const int reason = errno;
  ::close(plan.input);
  ::close(plan.output);
  if (pid < 0)
    return fail(errc::internal, arguments.front() + ": " + std::strerror(reason));
  ::setpgid(pid, pid); // both sides do it, so that it has happened whoever runs first
  return std::unique_ptr<process>{new process(pid, options.output_file)};
}

process::~process() {
  kill();
}

bool process::running() {
  return !wait(0ms).has_value();
}

std::optional<int> process::wait(std::chrono::milliseconds deadline) {
  const auto ended = [this] {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
      status_ = status_of(status);
    return status_.has_value();
  };
  (void)wait_until(ended, deadline);
  return status_;
}

void process::signal(int number) {
  if (running())
    ::kill(pid_, number);
}

int process::stop(std::chrono::milliseconds deadline) {
  signal(SIGTERM);
  const auto status = wait(deadline);
  kill();
  return status ? *status : status_.value_or(128 + SIGKILL);
}

void process::kill() {
  const bool anybody_there = ::kill(-pid_, SIGKILL) == 0;
  (void)wait(5s);
  if (anybody_there)
    (void)wait_until([this] { return !group_lives(pid_); }, 5s);
}

std::uint64_t process::resident_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total_pages = 0, resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

result<run_outcome> run(const std::vector<std::string>& arguments, std::string_view input,
                        std::chrono::milliseconds deadline) {
  const temp_directory directory;
  spawn_options options;
  options.output_file = directory.path() / "output";
  options.input_file = directory.path() / "input";
  write_file(options.input_file, input);
  auto child = process::spawn(arguments, options);
  if (!child)
    return child.error();
  const auto status = (*child)->wait(deadline);
  if (!status)
    return fail(errc::timeout, arguments.front() + " still running; so far: " + (*child)->output());
  return run_outcome{*status, (*child)->output()};
}

} // namespace postroom::test
