#include "api/extraction.hpp"

#include "api/chunk_source.hpp"

#include "protocol/mime/extract_part.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace postroom::api {
namespace {

/// Pieces that may wait for the reader, and their size.
constexpr std::size_t pieces_waiting_max = 4;
constexpr std::size_t piece_bytes = 64 * limits::kib;

/// Between the maker's thread and the reader.
class hand_over final {
public:
  using piece = result<std::optional<std::string>>;

  /// Blocks while the reader has enough. `cancelled` when it is gone.
  result<void> put(std::string bytes) {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [&] { return abandoned_ || reader_ || pieces_.size() < pieces_waiting_max; });
    if (abandoned_)
      return fail(errc::cancelled, "the reader is gone");
    return give(std::move(lock), std::optional{std::move(bytes)});
  }
  void end(piece last) {
    std::unique_lock lock{mutex_};
    if (!abandoned_)
      (void)give(std::move(lock), std::move(last));
  }
  void take(storage::completion<piece> done) {
    std::unique_lock lock{mutex_};
    if (pieces_.empty()) {
      reader_ = std::move(done);
      room_.notify_one();
      return;
    }
    auto next = std::move(pieces_.front());
    // The end stays: whoever asks again gets it again.
    if (!next || *next)
      pieces_.pop_front();
    lock.unlock();
    room_.notify_one();
    done(std::move(next));
  }
  void abandon() {
    std::lock_guard lock{mutex_};
    abandoned_ = true;
    room_.notify_one();
  }

private:
  result<void> give(std::unique_lock<std::mutex> lock, piece what) {
    if (!reader_) {
      pieces_.push_back(std::move(what));
      return {};
    }
    auto done = std::move(*reader_);
    reader_.reset();
    if (what && !*what)
      pieces_.push_back(what);
    lock.unlock();
    done(std::move(what));
    return {};
  }

  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<piece> pieces_;
  std::optional<storage::completion<piece>> reader_;
  bool abandoned_ = false;
};

class part_reader final : public extracted_part {
public:
  explicit part_reader(std::shared_ptr<hand_over> from) : from_(std::move(from)) {}
  ~part_reader() override { from_->abandon(); }
  void take(storage::completion<result<std::optional<std::string>>> done) override { from_->take(std::move(done)); }

private:
  std::shared_ptr<hand_over> from_;
};

void extract(storage::store& store, const stored_mail& mail, const std::string& part, hand_over& to) {
  chunk_source source{store, mail.blob, mail.chunks, mail.bytes};
  std::string gathered;
  const auto sink = [&](std::span<const char> bytes) -> result<void> {
    gathered.append(bytes.data(), bytes.size());
    if (gathered.size() < piece_bytes)
      return {};
    return to.put(std::exchange(gathered, {}));
  };
  auto done = mime::extract_part(source, part, sink);
  if (done && !gathered.empty())
    done = to.put(std::move(gathered));
  to.end(done ? hand_over::piece{std::optional<std::string>{}} : hand_over::piece{done.error()});
}

} // namespace

result<std::shared_ptr<extracted_part>> extraction_pool::start(storage::store& store, const stored_mail& mail,
                                                               std::string part) {
  auto between = std::make_shared<hand_over>();
  const auto started =
      threads_.run([&store, mail, part = std::move(part), between] { extract(store, mail, part, *between); });
  if (!started)
    return started.error();
  return std::shared_ptr<extracted_part>{std::make_shared<part_reader>(between)};
}

} // namespace postroom::api
