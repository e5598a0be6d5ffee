// A folder of its own for each test, removed afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace convoy {

class TempFolder : public ::testing::Test {
 protected:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "convoy-io-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~TempFolder() override { std::filesystem::remove_all(folder_); }

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

  std::filesystem::path folder_;
};

}  // namespace convoy
