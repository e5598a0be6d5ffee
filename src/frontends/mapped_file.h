// A file mapped into memory, read-only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace convoy {

class MappedFile {
 public:
  /// Throws Error with the reason ("does not exist", "is a folder"), without the path.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// Null for an empty file.
  const char* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  /// The first `bytes` bytes need no longer be in this process's memory. They can still be read.
  void forget(size_t bytes) const;

 private:
  MappedFile(const char* data, size_t bytes) : data_(data), bytes_(bytes) {}

  const char* data_;
  size_t bytes_;
};

}  // namespace convoy
