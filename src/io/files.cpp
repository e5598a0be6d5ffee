#include "io/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "support/error.h"

namespace convoy {
namespace {

using FilePtr = std::unique_ptr<FILE, int (*)(FILE*)>;

[[noreturn]] void truncated(int64_t wanted, int64_t left) {
  invalid_input("truncated: {} bytes are needed where {} are left", wanted, left);
}

/// Where writing to `path` ends up. A dangling link counts as its target, too.
std::string follow_links(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

bool is_device(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

/// "dir/.name.1234.tmp.png": hidden, and unique among the processes of this machine.
std::string temporary_name(const std::string& target) {
  const std::filesystem::path path(target);
  const std::string name = fmt::format(".{}.{}.tmp{}", path.stem().string(), getpid(), path.extension().string());
  return (path.parent_path() / name).string();
}

}  // namespace

FileSource::FileSource(const std::string& path) : file_(std::fopen(path.c_str(), "rb"), &std::fclose) {
  struct stat info;
  if (!file_ || fstat(fileno(file_.get()), &info) != 0) invalid_input("cannot be read: {}", std::strerror(errno));
  if (S_ISDIR(info.st_mode)) invalid_input("is a folder");
  if (!S_ISREG(info.st_mode)) invalid_input("is not a regular file");
  size_ = info.st_size;
}

void FileSource::read(void* dst, int64_t bytes) {
  if (bytes > left()) truncated(bytes, left());
  if (bytes == 0) return;
  if (std::fread(dst, 1, bytes, file_.get()) != static_cast<size_t>(bytes)) invalid_input("shrank while it was read");
  at_ += bytes;
}

void FileSource::seek(int64_t position) {
  if (fseeko(file_.get(), position, SEEK_SET) != 0) invalid_input("cannot be read: {}", std::strerror(errno));
  at_ = position;
}

void MemorySource::read(void* dst, int64_t bytes) {
  if (bytes > left_) truncated(bytes, left_);
  if (bytes == 0) return;
  std::memcpy(dst, data_, bytes);
  data_ += bytes;
  left_ -= bytes;
}

PendingFile::PendingFile(const std::string& path) : path_(path), target_(follow_links(path)) {
  if (std::filesystem::is_directory(target_)) invalid_input("{}: cannot be written: is a folder", path);
  if (!is_device(target_)) temporary_ = temporary_name(target_);
  const int mode = O_WRONLY | O_CLOEXEC | (in_place() ? 0 : O_CREAT | O_TRUNC);
  const int descriptor = open(name().c_str(), mode, 0666);
  if (descriptor < 0) {
    temporary_.clear();
    fail();
  }
  close(descriptor);
}

PendingFile::~PendingFile() {
  if (!in_place()) unlink(temporary_.c_str());
}

void PendingFile::fail() const {
  invalid_input("{}: cannot be written: {}", path_, std::strerror(errno));
}

void PendingFile::commit() {
  if (in_place()) return;
  if (rename(temporary_.c_str(), target_.c_str()) != 0) fail();
  temporary_.clear();
}

OutputFile::OutputFile(const std::string& path) : pending_(path), file_(nullptr, &std::fclose) {
  const int descriptor = open(pending_.name().c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) pending_.fail();
  file_.reset(fdopen(descriptor, "wb"));
}

void OutputFile::write(const void* data, int64_t bytes) {
  if (bytes && std::fwrite(data, 1, bytes, file_.get()) != static_cast<size_t>(bytes)) pending_.fail();
}

void OutputFile::write_at(int64_t offset, const void* data, int64_t bytes) {
  if (fseeko(file_.get(), offset, SEEK_SET) != 0) pending_.fail();
  write(data, bytes);
}

void OutputFile::commit() {
  if (std::fclose(file_.release()) != 0) pending_.fail();  // a full disk shows here at the latest
  pending_.commit();
}

void write_file(const std::string& path, std::string_view text) {
  OutputFile file(path);
  file.write(text.data(), static_cast<int64_t>(text.size()));
  file.commit();
}

void check_writable(const std::string& path) {
  const PendingFile probe(path);
}

std::string extension(const std::string& path) {
  std::string text = std::filesystem::path(path).extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace convoy
