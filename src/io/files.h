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
  int64_t left() const override { return left_; }
  void read(void* dst, int64_t bytes) override;

 private:
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
  int64_t left_ = 0;
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

/// A file being written: under a temporary name in the same folder until commit() renames it; gone when
/// destroyed without commit(). Devices and pipes are written in place. Throws Error naming the path.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  ~OutputFile();
  void write(const void* data, int64_t bytes);
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string path_;       ///< as given, for messages
  std::string target_;     ///< with symbolic links followed, so that the link survives
  std::string temporary_;  ///< empty: written in place
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
};

/// A whole file through OutputFile. Throws Error.
void write_file(const std::string& path, std::string_view text);

/// Throws Error when `path` could not be written: called before work whose result goes there.
void check_writable(const std::string& path);

/// ".npy" of "dir/Y.NPY": lower case, with the dot, "" when there is none.
std::string extension(const std::string& path);

}  // namespace convoy
