#include "storage/sealing.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "storage/keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace postroom::storage {
namespace {

/// Version byte and key id stand before what aead_seal() made, and are authenticated with it.
constexpr char version = 1;
constexpr std::size_t header_bytes = 5;
/// A key file has a few lines; anything larger is not one.
constexpr std::size_t key_file_bytes_max = 64 * 1024;

std::string header_of(std::uint32_t id) {
  std::string header(1, version);
  for (int shift = 24; shift >= 0; shift -= 8)
    header.push_back(static_cast<char>(id >> shift));
  return header;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

private:
  int fd_;
};

error no_file(const std::filesystem::path& file, const char* what) {
  const int why = errno;
  return fail(why == ENOENT ? errc::not_found : errc::forbidden,
              "the key file " + file.string() + " cannot be " + what + ": " + std::strerror(why));
}

result<secret<>> read_all(int fd, const std::filesystem::path& file) {
  std::string text(key_file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return no_file(file, "read");
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  if (size > key_file_bytes_max)
    return fail(errc::too_large, "the key file " + file.string() + " is too large to be one");
  text.resize(size);
  return secret<>{std::move(text)};
}

result<void> write_new(const std::filesystem::path& file, const secret<>& text) {
  const descriptor fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (fd.get() < 0)
    return no_file(file, "created");
  const auto& bytes = text.expose();
  errno = ENOSPC; // what a short write means
  if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fsync(fd.get()) != 0) {
    auto why = no_file(file, "written");
    ::unlink(file.c_str());
    return why;
  }
  return {};
}

/// Then what was linked there is there after a power cut, too.
result<void> sync_directory_of(const std::filesystem::path& file) {
  const auto directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  const descriptor fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd.get() < 0 || ::fsync(fd.get()) != 0)
    return no_file(file, "synced");
  return {};
}

} // namespace

result<keyring> keyring::parse(std::string_view text) {
  std::map<std::uint32_t, secret<>> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find_first_of(",\n");
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#')
      continue;
    // Messages name the line only: what stands in it may be most of a key.
    const auto where = "key line " + std::to_string(number);
    std::uint32_t id = 0;
    const auto [stop, failed] = std::from_chars(line.data(), line.data() + line.size(), id);
    const auto used = static_cast<std::size_t>(stop - line.data());
    if (failed != std::errc{} || id == 0 || used >= line.size() || line[used] != ':')
      return fail(errc::invalid_argument, where + " is not <id>:<base64 of 32 bytes>");
    auto key = base64_decode(line.substr(used + 1));
    if (!key || key->size() != aead_key_bytes)
      return fail(errc::invalid_argument, where + " does not hold 32 bytes in base64");
    if (!keys.emplace(id, secret<>{std::move(*key)}).second)
      return fail(errc::invalid_argument, where + " repeats key id " + std::to_string(id));
  }
  if (keys.empty())
    return fail(errc::invalid_argument, "there is no key");
  return keyring{std::move(keys)};
}

result<keyring> keyring::from_file(const std::filesystem::path& file) {
  const descriptor fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat about {};
  if (fd.get() < 0 || ::fstat(fd.get(), &about) != 0)
    return no_file(file, "opened");
  if (!S_ISREG(about.st_mode))
    return fail(errc::invalid_argument, "the key file " + file.string() + " is not a regular file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(errc::forbidden, "the key file " + file.string() +
                                     " is open to others than its owner; remedy: chmod 600 " + file.string());
  auto text = read_all(fd.get(), file);
  if (!text)
    return text.error();
  auto keys = parse(text->expose());
  if (!keys)
    return fail(keys.error().code, file.string() + ": " + keys.error().detail);
  return keys;
}

result<keyring> keyring::from_environment(std::string_view value) {
  return parse(value);
}

result<keyring> keyring::generate_file(const std::filesystem::path& file) {
  const secret<> key{random_string(aead_key_bytes)};
  const secret<> line{"1:" + base64_encode(key.expose()) + "\n"};
  // Whole or not at all, whenever the process dies: half a key file would be in the way of every later start.
  auto fresh = file;
  fresh += ".new";
  ::unlink(fresh.c_str());
  if (auto written = write_new(fresh, line); !written)
    return written.error();
  const bool linked = ::link(fresh.c_str(), file.c_str()) == 0;
  const int why = errno;
  ::unlink(fresh.c_str());
  errno = why;
  if (!linked && why == EEXIST)
    return fail(errc::conflict, "the key file " + file.string() + " exists already");
  if (!linked)
    return no_file(file, "created");
  if (auto kept = sync_directory_of(file); !kept)
    return kept.error();
  return parse(line.expose());
}

result<std::string> keyring::seal(std::string_view plain, std::string_view associated) const {
  return seal_with(active_key_id(), plain, associated);
}

result<std::string> keyring::seal_with(std::uint32_t id, std::string_view plain, std::string_view associated) const {
  auto sealed = header_of(id);
  auto box = aead_seal(keys_.at(id), plain, sealed + std::string{associated});
  if (!box)
    return box.error();
  return sealed + *box;
}

result<secret<>> keyring::open(std::string_view sealed, std::string_view associated) const {
  const auto id = key_id_of(sealed);
  if (id == 0)
    return fail(errc::wrong_key, "these bytes are not a sealed value");
  const auto key = keys_.find(id);
  if (key == keys_.end())
    return fail(errc::wrong_key, "sealed with key " + std::to_string(id) + ", which is not held");
  std::string bound{sealed.substr(0, header_bytes)};
  return aead_open(key->second, sealed.substr(header_bytes), bound.append(associated));
}

std::uint32_t keyring::key_id_of(std::string_view sealed) noexcept {
  if (sealed.size() < header_bytes || sealed[0] != version)
    return 0;
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < header_bytes; ++i)
    id = id << 8 | static_cast<unsigned char>(sealed[i]);
  return id;
}

} // namespace postroom::storage
