// Object code on disk, by the hash of all that it depends on. Damaged or unreadable entries count as absent;
// failing to write is not an error: a cache may always be missing.
#pragma once

#include <string>

namespace convoy {

class ObjectCache {
 public:
  /// An empty folder name: nothing is found, nothing is kept.
  explicit ObjectCache(std::string dir);

  /// The object stored under `hash`, or "".
  std::string find(const std::string& hash) const;
  void store(const std::string& hash, const std::string& object) const;

 private:
  std::string path_of(const std::string& hash) const;

  std::string dir_;
};

}  // namespace convoy
