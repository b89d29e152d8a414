#include "storage/rocksdb/database.hpp"

#include "base/limits.hpp"
#include "storage/keys.hpp"
#include "storage/rocksdb/layout.hpp"
#include "storage/rocksdb/tuning.hpp"

#include <rocksdb/env.h>

#include <system_error>

namespace postroom::storage::embedded {
namespace {

error open_error(const rocksdb::Status& status, const std::string& directory) {
  const auto text = status.ToString();
  if (text.find("LOCK") != std::string::npos || text.find("lock hold") != std::string::npos)
    return fail(errc::store_unavailable, "the store in " + directory +
                                             " is in use by another process or may not be "
                                             "locked (" +
                                             text + ")");
  // RocksDB names column families it does not know as a bad argument: somebody else's or a later format.
  if (status.IsInvalidArgument() || status.IsNotSupported())
    return fail(errc::store_corrupt, "the store in " + directory + " has an unknown format (" + text + ")");
  if (status.IsCorruption())
    return fail(errc::store_corrupt, "the store in " + directory + " is damaged (" + text + ")");
  auto why = to_error(status);
  why.detail = "the store in " + directory + " cannot be opened (" + text + ")";
  return why;
}

result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code failed;
  if (std::filesystem::create_directories(directory, failed))
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
  if (failed)
    return fail(failed == std::errc::no_space_on_device ? errc::disk_full : errc::store_unavailable,
                "the store's directory " + directory.string() + " cannot be made: " + failed.message());
  return {};
}

} // namespace

error to_error(const rocksdb::Status& status) {
  if (status.IsNoSpace())
    return fail(errc::disk_full, status.ToString());
  if (status.IsCorruption())
    return fail(errc::store_corrupt, status.ToString());
  return fail(errc::store_unavailable, status.ToString());
}

result<std::unique_ptr<database>> database::open(const rocksdb_options& options, const clock& time) {
  if (options.directory.empty())
    return fail(errc::invalid_argument, "no directory given for the store");
  if (auto made = make_directory(options.directory); !made)
    return made.error();
  std::unique_ptr<database> self{new database};
  self->clock_ = &time;
  self->watch_ = std::make_shared<wal_watch>(options.sync_delay_for_test, options.fault_for_test);
  self->env_ = rocksdb::NewCompositeEnv(watch_wal(rocksdb::FileSystem::Default(), self->watch_));

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status =
      rocksdb::DB::Open(database_options(options.memory_bytes_max, self->env_.get()), options.directory.string(),
                        families(options.memory_bytes_max, time), &handles, &db);
  if (!status.ok())
    return open_error(status, options.directory.string());
  self->db_.reset(db);
  std::copy(handles.begin(), handles.end(), self->handles_.begin());
  if (auto known = self->check_format(); !known)
    return known.error();
  return self;
}

database::~database() {
  if (!db_)
    return;
  // A failure here loses nothing: what was acknowledged is in the log and is replayed at the next start.
  db_->Flush(rocksdb::FlushOptions{}, {handles_.begin(), handles_.end()}).PermitUncheckedError();
  for (auto* handle : handles_)
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  db_->Close().PermitUncheckedError();
}

result<void> database::check_format() {
  std::string key;
  const auto format = keys::format_version();
  record_key_into(key, format.space, format.key);
  std::string stored;
  const auto status = db_->Get({}, in(family::records), key, &stored);
  if (status.ok()) {
    record found;
    if (!decode_record(stored, found) || found.value != format_version)
      return fail(errc::store_corrupt, "the store has format '" + found.value + "', this program knows '" +
                                           std::string{format_version} + "'");
    return {};
  }
  if (!status.IsNotFound())
    return to_error(status);
  const auto header = record_header(revision{1}, {});
  std::string value{header.data(), header.size()};
  value.append(format_version);
  rocksdb::WriteBatch first;
  first.Put(in(family::records), key, value).PermitUncheckedError();
  if (auto failed = write(first, true))
    return failed->why;
  return {};
}

std::optional<write_failure> database::write(rocksdb::WriteBatch& what, bool sync) {
  if (failed_)
    if (auto still = recover())
      return still;
  rocksdb::WriteOptions how;
  how.sync = sync;
  watch_->begin_write();
  const auto status = db_->Write(how, &what);
  if (status.ok())
    return {};
  failed_ = to_error(status);
  return write_failure{watch_->sync_failed(), *failed_};
}

std::optional<write_failure> database::recover() {
  // Resuming flushes all memtables: not for each of a crowd of waiting groups while the disk stays full.
  if (clock_->ticks() < retry_at_)
    return write_failure{false, *failed_};
  const auto status = db_->Resume();
  if (status.ok()) {
    failed_.reset();
    return {};
  }
  retry_at_ = clock_->ticks() + limits::store_resume_pause;
  failed_ = to_error(status);
  return write_failure{false, *failed_};
}

} // namespace postroom::storage::embedded
