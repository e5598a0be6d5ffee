// Files as the readers and writers of src/io see them: input with a known length, and output that appears
// under its name only when it is complete.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace convoy {

/// Bytes of known number, read once from front to back.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Bytes not read yet.
  virtual int64_t left() const = 0;
  /// Throws Error when fewer than `bytes` are left.
  virtual void read(void* dst, int64_t bytes) = 0;
};

/// A regular file. Throws Error (without the path, which the caller adds) when it is missing, a folder or unreadable.
class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path);
  int64_t left() const override { return size_ - at_; }
  void read(void* dst, int64_t bytes) override;
  int64_t position() const { return at_; }
  void seek(int64_t position);

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
  int64_t size_ = 0, at_ = 0;
};

/// Bytes in memory, which must outlive it.
class MemorySource : public ByteSource {
 public:
  MemorySource(const void* data, int64_t bytes) : data_(static_cast<const char*>(data)), left_(bytes) {}
  int64_t left() const override { return left_; }
  void read(void* dst, int64_t bytes) override;

 private:
  const char* data_;
  int64_t left_;
};

/// Where a file is written until it is complete: a temporary name in the same folder, with the same ending, until
/// commit() renames it; removed when destroyed without commit(). Devices and pipes have no temporary name. Throws Error
/// naming the path.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path);
  PendingFile(const PendingFile&) = delete;
  ~PendingFile();
  const std::string& path() const { return path_; }  ///< as given
  const std::string& name() const { return temporary_.empty() ? target_ : temporary_; }
  bool in_place() const { return temporary_.empty(); }
  void commit();
  [[noreturn]] void fail() const;  ///< says why the last system call on it failed

 private:
  std::string path_;
  std::string target_;     ///< with symbolic links followed, so that the link survives
  std::string temporary_;  ///< empty: written in place
};

/// A file being written, see PendingFile.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  void write(const void* data, int64_t bytes);
  /// At `offset` bytes from the beginning; not in devices and pipes.
  void write_at(int64_t offset, const void* data, int64_t bytes);
  void commit();

 private:
  PendingFile pending_;
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
};

/// A whole file through OutputFile. Throws Error.
void write_file(const std::string& path, std::string_view text);

/// Throws Error when `path` could not be written: called before work whose result goes there.
void check_writable(const std::string& path);

/// ".npy" of "dir/Y.NPY": lower case, with the dot, "" when there is none.
std::string extension(const std::string& path);

}  // namespace convoy
