#include "codegen/llvm/image_cache.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codegen/llvm/hash.h"

namespace convoy {

namespace fs = std::filesystem;

namespace {
/// An entry ends with the hash of its content, so that a torn or damaged file is recognised.
constexpr size_t kHashChars = 32;
}  // namespace

ImageCache::ImageCache(std::string dir) : dir_(std::move(dir)) {
  std::error_code failed;
  if (!dir_.empty()) fs::create_directories(dir_, failed);
  if (failed) dir_.clear();
}

std::string ImageCache::path_of(const std::string& hash) const {
  return dir_ + "/" + hash + ".bin";
}

std::string ImageCache::find(const std::string& hash) const {
  if (dir_.empty()) return "";
  std::ifstream file(path_of(hash), std::ios::binary);
  if (!file) return "";
  std::stringstream buffer;
  buffer << file.rdbuf();
  std::string content = std::move(buffer).str();
  if (content.size() <= kHashChars) return "";
  const std::string stored = content.substr(content.size() - kHashChars);
  content.resize(content.size() - kHashChars);
  return hash_hex(content) == stored ? content : "";
}

void ImageCache::store(const std::string& hash, const std::string& image) const {
  if (dir_.empty()) return;
  static std::atomic<int> counter = 0;
  const std::string temporary = path_of(hash) + "." + std::to_string(getpid()) + "." + std::to_string(counter++);
  std::error_code failed;
  {
    std::ofstream file(temporary, std::ios::binary);
    file << image << hash_hex(image);
    if (!file.flush()) {
      fs::remove(temporary, failed);
      return;
    }
  }
  fs::rename(temporary, path_of(hash), failed);
  if (failed) fs::remove(temporary, failed);
}

}  // namespace convoy
