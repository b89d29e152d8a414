#pragma once

#include "actors/parsing/inflight_file.hpp"
#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/event_data.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace postroom::parsing {

/// What is committed for a mail that could be parsed.
struct parsed_facts {
  std::string event_data; ///< JSON of message.received
  mime::message_fingerprint fingerprint{};
  mime::address first_from; ///< for contacts; empty when there is none
};

/// Why a mail goes to quarantine with its raw bytes.
struct quarantined {
  std::string reason;
};

/// `error`: the body could not be read (store); the mail itself is not to blame, try again.
using parse_outcome = std::variant<parsed_facts, quarantined, error>;

struct parse_job {
  mime::message_facts facts;
  /// The raw mail: whole, or something that reads it.
  std::variant<std::string, std::unique_ptr<mime::byte_source>> body;
  /// Called exactly once: on a worker, or on the thread that destroys the pool (`cancelled`). Must not throw or block.
  std::function<void(parse_outcome)> done;
};

/// Parses mail on threads of its own, each noting in the in-flight file what it works on. A mail that was in flight
/// when the process last died is parsed with nothing beside it, so that a second death blames nobody else; a condemned
/// one is not parsed but comes out as `quarantined`. Thread-safe.
class parse_pool {
public:
  /// `workers`: 1 to inflight_slots_max. `inflight` must outlive the pool.
  parse_pool(std::size_t workers, inflight_file& inflight);
  /// Finishes what workers are parsing; what still waits is answered with `cancelled`. Not to be called by a worker.
  ~parse_pool();
  parse_pool(const parse_pool&) = delete;
  parse_pool& operator=(const parse_pool&) = delete;

  /// Queues a job; `busy` (job untouched, `done` not called) when limits::parse_queue_max jobs wait already.
  [[nodiscard]] result<void> submit(parse_job&& job);
  /// Jobs waiting for a worker.
  [[nodiscard]] std::size_t queued() const;
  /// To be called when the quarantining of a mail has been committed: it is not condemned any more, so that it can be
  /// tried again on an operator's word.
  void forget(const mime::message_facts& facts);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace postroom::parsing
