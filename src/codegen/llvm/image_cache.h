// Code images on disk, by the hash of all that it depends on. Damaged or unreadable entries count as absent;
// failing to write is not an error: a cache may always be missing.
#pragma once

#include <string>

namespace convoy {

class ImageCache {
 public:
  /// An empty folder name: nothing is found, nothing is kept.
  explicit ImageCache(std::string dir);

  /// The image stored under `hash`, or "".
  std::string find(const std::string& hash) const;
  void store(const std::string& hash, const std::string& image) const;

 private:
  std::string path_of(const std::string& hash) const;

  std::string dir_;
};

}  // namespace convoy
