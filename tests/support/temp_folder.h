// Folders for what tests write, removed afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace convoy {

/// A folder of its own.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "convoy-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + " cannot be made");
    folder_ = pattern;
  }
  ~TempDir() { std::filesystem::remove_all(folder_); }
  TempDir(const TempDir&) = delete;

  std::string folder() const { return folder_.string(); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Files in the folder, hidden ones included.
  size_t count() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path folder_;
};

/// A folder for each test.
class TempFolder : public ::testing::Test, protected TempDir {};

}  // namespace convoy
