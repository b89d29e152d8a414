#pragma once

#include "base/clock.hpp"

#include <rocksdb/db.h>

#include <cstddef>
#include <memory>
#include <vector>

/// How RocksDB is set up: small in memory, cheap in CPU, never surprising after a crash.
namespace postroom::storage::embedded {

[[nodiscard]] rocksdb::DBOptions database_options(std::size_t memory_bytes_max, rocksdb::Env* env);

/// In the order of `family`. `time` tells the age of batch ids and must outlive the database.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> families(std::size_t memory_bytes_max, const clock& time);

} // namespace postroom::storage::embedded
