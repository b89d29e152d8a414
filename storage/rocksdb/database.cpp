#include "storage/rocksdb/database.hpp"

#include "base/limits.hpp"
#include "storage/keys.hpp"
#include "storage/rocksdb/layout.hpp"
#include "storage/rocksdb/tuning.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

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

database::database(const rocksdb_options& options, const clock& time)
    : options_(options), clock_(time),
      watch_(std::make_shared<wal_watch>(options.sync_delay_for_test, options.fault_for_test)),
      env_(rocksdb::NewCompositeEnv(
          watch_wal(options.files_for_test ? options.files_for_test : rocksdb::FileSystem::Default(), watch_))) {
}

result<std::unique_ptr<database>> database::open(const rocksdb_options& options, const clock& time) {
  if (options.directory.empty())
    return fail(errc::invalid_argument, "no directory given for the store");
  if (auto made = make_directory(options.directory); !made)
    return made.error();
  auto lock = directory_lock::take(options.directory);
  if (!lock)
    return lock.error();
  std::unique_ptr<database> self{new database{options, time}};
  self->lock_ = std::move(*lock);
  if (auto opened = self->open_files(opening::for_all); !opened)
    return opened.error();
  if (auto known = self->check_format(); !known)
    return known.error();
  return self;
}

result<void> database::open_files(opening what) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto directory = options_.directory.string();
  const auto how = database_options(options_.memory_bytes_max, env_.get());
  const auto parts = families(options_.memory_bytes_max, clock_);
  const auto status = what == opening::for_all ? rocksdb::DB::Open(how, directory, parts, &handles, &db)
                                               : rocksdb::DB::OpenForReadOnly(how, directory, parts, &handles, &db);
  if (!status.ok())
    return open_error(status, directory);
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  return {};
}

void database::close_files() {
  for (auto* handle : handles_)
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  handles_.fill(nullptr);
  db_->Close().PermitUncheckedError();
  db_.reset();
}

database::~database() {
  if (!db_)
    return;
  // A failure here loses nothing: what was acknowledged is in the log and is replayed at the next start.
  db_->Flush(rocksdb::FlushOptions{}, {handles_.begin(), handles_.end()}).PermitUncheckedError();
  close_files();
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
  rocksdb::WriteOptions how;
  how.sync = sync;
  watch_->begin_write();
  const auto status = db_->Write(how, &what);
  if (status.ok())
    return {};
  failed_ = to_error(status);
  in_doubt_ = in_doubt_ || watch_->appended();
  return write_failure{watch_->appended(), *failed_};
}

database::state database::recover() {
  if (!failed_)
    return state::well;
  // Opening reads the whole log: not for each of a crowd of waiting groups while the disk stays full.
  if (clock_.ticks() < retry_at_)
    return state::failed;
  retry_at_ = clock_.ticks() + limits::store_resume_pause;
  // Remembered, should the store be closed at the next attempt.
  if (db_)
    db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &memtable_bytes_);
  if (auto writable = try_disk(limits::store_probe_bytes + memtable_bytes_); !writable) {
    failed_ = writable.error();
    return state::failed;
  }
  if (db_)
    rocksdb::CancelAllBackgroundWork(db_.get(), false);
  std::lock_guard alone{swapping_};
  if (db_)
    close_files();
  if (auto opened = open_files(opening::for_all); !opened) {
    failed_ = opened.error();
    // Reading needs no space. But nobody may see what could yet turn out not to be there.
    if (auto readable = in_doubt_ ? result<void>{*failed_} : open_files(opening::for_reading); !readable)
      failed_ = readable.error();
    return state::failed;
  }
  failed_.reset();
  in_doubt_ = false;
  retry_at_ = {};
  return state::reopened;
}

result<void> database::try_disk(std::uint64_t bytes) {
  const auto& files = env_->GetFileSystem();
  // Asked first: a disk that stays full is not to be filled to the last byte four times a second.
  std::uint64_t free = 0;
  if (files->GetFreeSpace(options_.directory.string(), {}, &free, nullptr).ok() && free < bytes)
    return fail(errc::disk_full, "to go on the store needs " + std::to_string(bytes) + " bytes of the disk, " +
                                     std::to_string(free) + " are free");
  // Named like a log, so that it meets the same faults.
  const auto name = (options_.directory / "probe.log").string();
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = files->NewWritableFile(name, {}, &file, nullptr);
  const std::string piece(limits::store_probe_bytes, '\0');
  for (std::uint64_t written = 0; status.ok() && written < bytes; written += piece.size())
    status = file->Append(piece, {}, nullptr);
  if (status.ok())
    status = file->Sync({}, nullptr);
  if (file)
    file->Close({}, nullptr).PermitUncheckedError();
  files->DeleteFile(name, {}, nullptr).PermitUncheckedError();
  return status.ok() ? result<void>{} : to_error(status);
}

} // namespace postroom::storage::embedded
