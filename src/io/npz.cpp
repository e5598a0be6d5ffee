#include "io/npz.h"

#include <zip.h>

#include <memory>

#include "io/files.h"
#include "io/npy.h"
#include "support/error.h"

namespace convoy {
namespace {

/// Deflate cannot do better than 1032:1, so a larger claim is a damaged or hostile entry.
constexpr int64_t kMaxDeflateRatio = 1032;

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;

std::string message_of(zip_error_t& error) {
  std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  return message;
}

Archive open_archive(const std::string& path) {
  FileSource probe(path);  // names what is wrong with the file itself
  if (probe.left() == 0) invalid_input("is empty");
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code), &zip_discard);
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  invalid_input("is not a readable .npz (zip) file: {}", message_of(error));
}

/// One file of the archive; libzip inflates it and checks its CRC at the end.
class EntrySource : public ByteSource {
 public:
  EntrySource(zip_t* archive, zip_uint64_t index, const zip_stat_t& stat)
      : file_(zip_fopen_index(archive, index, 0), &zip_fclose), left_(stat.size) {
    if (!file_) invalid_input("{}", zip_strerror(archive));
  }
  int64_t left() const override { return left_; }
  void read(void* dst, int64_t bytes) override {
    if (bytes > left_) invalid_input("truncated: {} bytes are needed where {} are left", bytes, left_);
    if (zip_fread(file_.get(), dst, bytes) != bytes) invalid_input("{}", zip_file_strerror(file_.get()));
    left_ -= bytes;
  }
  /// Reads what the array left over, so that the CRC is checked.
  void finish() {
    char rest[4096];
    while (left_ > 0) read(rest, std::min<int64_t>(left_, sizeof rest));
    if (zip_fread(file_.get(), rest, 1) < 0) invalid_input("{}", zip_file_strerror(file_.get()));
  }

 private:
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
  int64_t left_;
};

void check_plausible(const zip_stat_t& stat) {
  const zip_uint64_t limit = (stat.comp_size + 64) * kMaxDeflateRatio;
  if (stat.size > limit) invalid_input("{} bytes from {} compressed ones is not plausible", stat.size, stat.comp_size);
}

std::string array_name(const std::string& entry) {
  return entry.ends_with(".npy") ? entry.substr(0, entry.size() - 4) : entry;
}

Tensor read_entry(zip_t* archive, zip_uint64_t index, const zip_stat_t& stat) {
  return with_context("array '" + array_name(stat.name) + "'", [&] {
    check_plausible(stat);
    EntrySource source(archive, index, stat);
    Tensor tensor = read_npy(source);
    source.finish();
    return tensor;
  });
}

/// A growing buffer that an archive is written to.
class BufferSource {
 public:
  BufferSource() : source_(zip_source_buffer_create(nullptr, 0, 0, nullptr)) {
    if (!source_) throw std::bad_alloc();
    zip_source_keep(source_);  // closing the archive drops a reference
  }
  ~BufferSource() { zip_source_free(source_); }
  zip_source_t* get() { return source_; }
  std::string bytes() {
    zip_stat_t stat;
    if (zip_source_open(source_) != 0 || zip_source_stat(source_, &stat) != 0) fail();
    std::string bytes(stat.size, '\0');
    if (zip_source_read(source_, bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size())) fail();
    zip_source_close(source_);
    return bytes;
  }

 private:
  void fail() { internal_error("libzip: {}", zip_error_strerror(zip_source_error(source_))); }
  zip_source_t* source_;
};

/// `bytes` must live until the archive is closed.
void add_entry(zip_t* archive, const std::string& name, const std::string& bytes) {
  constexpr time_t k1980 = 315619200;  // zip's first day, and equal archives from equal tensors
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t index = source ? zip_file_add(archive, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
  if (index >= 0 && zip_set_file_compression(archive, index, ZIP_CM_STORE, 0) == 0 &&
      zip_file_set_mtime(archive, index, k1980, 0) == 0) {
    return;
  }
  if (source && index < 0) zip_source_free(source);
  invalid_input("array '{}': {}", name, zip_strerror(archive));
}

std::string archive_bytes(const NamedTensors& tensors) {
  BufferSource buffer;
  std::vector<std::string> entries;
  for (const auto& [name, tensor] : tensors) entries.push_back(npy_bytes(tensor));
  Archive archive(zip_open_from_source(buffer.get(), ZIP_CREATE | ZIP_TRUNCATE, nullptr), &zip_discard);
  if (!archive) internal_error("libzip cannot start an archive in memory");
  for (size_t i = 0; i < tensors.size(); ++i) add_entry(archive.get(), tensors[i].first, entries[i]);
  if (zip_close(archive.get()) != 0) internal_error("libzip: {}", zip_strerror(archive.get()));
  (void)archive.release();
  return buffer.bytes();
}

}  // namespace

NamedTensors read_npz(const std::string& path) {
  return with_context(path, [&] {
    Archive archive = open_archive(path);
    NamedTensors tensors;
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      zip_stat_t stat;
      if (zip_stat_index(archive.get(), i, 0, &stat) != 0) invalid_input("{}", zip_strerror(archive.get()));
      const std::string entry = stat.name;
      if (entry.ends_with('/')) continue;  // a folder
      tensors.emplace_back(array_name(entry), read_entry(archive.get(), i, stat));
    }
    if (tensors.empty()) invalid_input("holds no array");
    return tensors;
  });
}

void write_npz(const std::string& path, const NamedTensors& tensors) {
  OutputFile file(path);
  const std::string bytes = with_context(path, [&] { return archive_bytes(tensors); });
  file.write(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace convoy
