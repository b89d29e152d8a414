#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace postroom::net {

class resolver;

/// Something with open sockets on one io thread that must end before the thread can. Enters the thread's list by
/// `io_thread::enlist` and leaves it by being destroyed, both on the thread.
class enlisted : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  /// The thread stops: end soon, by the means you would end anyhow. Called on the thread.
  virtual void on_stop() = 0;

protected:
  ~enlisted() = default;
};

/// One thread with its own io_context and what connections on it share. A connection never leaves its thread.
class io_thread {
public:
  io_thread();
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;
  ~io_thread();

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  /// Name look-ups with a memory. On the thread only.
  [[nodiscard]] net::resolver& resolver() noexcept { return *resolver_; }
  /// Where octets are read to. Shared by all connections of the thread, so valid only until the caller returns or
  /// suspends: an idle connection thereby holds no buffer. On the thread only.
  [[nodiscard]] std::span<char> scratch() noexcept { return {scratch_.get(), scratch_bytes}; }
  /// On the thread only. When the thread is stopping already, `on_stop` is called at once.
  void enlist(enlisted& what);

private:
  friend class io_threads;
  static constexpr std::size_t scratch_bytes = 64 * 1024;
  void begin_stop();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::unique_ptr<net::resolver> resolver_;
  std::unique_ptr<char[]> scratch_;
  boost::intrusive::list<enlisted, boost::intrusive::constant_time_size<false>> enlisted_;
  bool stopping_ = false;
  std::promise<void> finished_;
  std::thread thread_;
};

/// The threads that own all sockets. Must outlive every link and client made with it; `stop()` may come before they are
/// destroyed.
class io_threads {
public:
  /// At least one thread is started. Throws std::system_error when the machine has no more threads.
  explicit io_threads(std::size_t count);
  io_threads(const io_threads&) = delete;
  io_threads& operator=(const io_threads&) = delete;
  ~io_threads();

  /// The threads in turn. Thread-safe.
  [[nodiscard]] io_thread& next() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }

  /// Ends what is open (owners hear errc::cancelled), then joins. What does not end within 2 s is abandoned without a
  /// word. Idempotent; not from an io thread. Work given to the threads afterwards is never begun.
  void stop();

private:
  std::vector<std::unique_ptr<io_thread>> threads_;
  std::atomic<std::size_t> turn_{0};
};

/// SSL on a bare socket writes with write(2): without this a closed connection ends the process. Call it first in main.
void ignore_sigpipe() noexcept;

} // namespace postroom::net
