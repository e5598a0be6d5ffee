#include "frontends/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "support/error.h"

namespace convoy {
namespace {

/// Closes a file descriptor when it goes out of scope; a mapping outlives its descriptor.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for its writer.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0 && errno == ENOENT) invalid_input("the file does not exist");
  if (file.fd < 0) invalid_input("the file cannot be read: {}", std::strerror(errno));
  struct stat status {};
  if (fstat(file.fd, &status) != 0) invalid_input("the file cannot be read: {}", std::strerror(errno));
  if (S_ISDIR(status.st_mode)) invalid_input("is a folder, not a file");
  if (!S_ISREG(status.st_mode)) invalid_input("is not a regular file");
  const auto bytes = static_cast<size_t>(status.st_size);
  if (bytes == 0) return std::shared_ptr<const MappedFile>(new MappedFile(nullptr, 0));
  void* data = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data == MAP_FAILED) invalid_input("the file cannot be mapped: {}", std::strerror(errno));
  return std::shared_ptr<const MappedFile>(new MappedFile(static_cast<const char*>(data), bytes));
}

void MappedFile::forget(size_t bytes) const {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  if (bytes >= page) madvise(const_cast<char*>(data_), std::min(bytes, bytes_) / page * page, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<char*>(data_), bytes_);
}

}  // namespace convoy
