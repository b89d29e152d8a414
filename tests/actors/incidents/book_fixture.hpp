#pragma once

#include "actors/incidents/incident_book.hpp"
#include "storage/blocking.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"
#include "storage/memory/memory_store.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace postroom::incidents {

/// A book over a store in memory.
class book_fixture : public testing::Test {
protected:
  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}}};
  std::unique_ptr<storage::store> store = storage::open_memory_store(time);
  const tenant_id tenant{"acme"};
  incident_book book{tenant};
  const subject provider{subject::kind::provider, "azure", {}, {}, {"sales", "support"}, 2};
  const subject grant{subject::kind::grant, "andrea", "azure", "andrea@contoso.com", {"support"}, 1};
  const subject account{subject::kind::account, "support", "azure", "andrea@contoso.com", {"support"}, 1};

  storage::outcome commit(const change& what) {
    storage::batch batch;
    batch.id.bytes[0] = ++batches_;
    batch.operations = what.operations;
    return storage::wait_for<storage::commit_result>([&](auto done) { store->commit(std::move(batch), done); }).outcome;
  }
  /// As the actors do: commits the change and tells the book.
  bool carry_out(incident_book& of, const subject& who, const std::optional<change>& what) {
    if (!what)
      return false;
    const bool done = commit(*what) == storage::outcome::committed;
    EXPECT_FALSE(of.committed(who, done));
    return done;
  }
  bool carry_out(const subject& who, const std::optional<change>& what) { return carry_out(book, who, what); }

  std::vector<records::Event> events() {
    auto read = storage::wait_for<result<std::vector<storage::stream_entry>>>(
        [&](auto done) { store->read_stream(storage::keys::stream_of(tenant), 0, 1000, 1'000'000, done); });
    std::vector<records::Event> out;
    for (const auto& each : *read) {
      out.emplace_back();
      EXPECT_TRUE(out.back().ParseFromString(each.value));
    }
    return out;
  }
  std::vector<std::string> types() {
    std::vector<std::string> out;
    for (const auto& each : events())
      out.push_back(each.type());
    return out;
  }
  /// A member of the last event's data, as text.
  std::string last(std::string_view member) {
    const auto data = last_data();
    const auto& value = data.at(member);
    return value.is_string() ? std::string{value.as_string()} : boost::json::serialize(value);
  }
  boost::json::object last_data() { return boost::json::parse(events().back().data()).as_object(); }

  std::vector<storage::versioned<records::Incident>> stored() {
    return *storage::wait_for<result<std::vector<storage::versioned<records::Incident>>>>([&](auto done) {
      storage::list<records::Incident>(*store, storage::space::state, storage::keys::incidents(tenant), {}, 1000, done);
    });
  }
  /// A book as after a start, from what stands in the store.
  incident_book restarted() {
    incident_book out{tenant};
    for (auto& each : stored())
      out.load(each.value, each.rev);
    return out;
  }

private:
  std::uint8_t batches_ = 0;
};

} // namespace postroom::incidents
