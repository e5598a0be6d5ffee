#include "cli/sample_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cli/classes.h"
#include "io/files.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLabelsFile = "labels.txt";

bool is_sample(const fs::path& path) {
  const std::string ending = extension(path.string());
  if (path.filename().string().starts_with('.')) return false;
  return ending == ".npy" || ending == ".npz" || ending == ".gif" || ending == ".ppm" || ending == ".pgm" ||
         is_image_name(path.string());
}

std::optional<int64_t> as_number(const std::string& word) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool whole = !word.empty() && error == std::errc() && end == word.data() + word.size() && value >= 0;
  return whole ? std::optional(value) : std::nullopt;
}

std::vector<SampleFile> find_samples(const fs::path& folder) {
  std::vector<SampleFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->is_regular_file() || !is_sample(entry->path())) continue;
    const bool inside = entry->path().parent_path() != folder;
    const std::string parent = entry->path().parent_path().filename().string();
    files.push_back({entry->path().string(), inside ? as_number(parent) : std::nullopt});
  }
  if (error) invalid_input("{}: cannot be read: {}", folder.string(), error.message());
  std::ranges::sort(files, {}, &SampleFile::path);
  return files;
}

/// "cat.png 281", separated by blanks or a comma.
void apply_labels(const std::string& path, std::vector<SampleFile>& files) {
  std::map<std::string, int64_t> labels;
  for (const std::string& line : read_labels(path)) {
    const size_t last = line.find_last_not_of(" \t");
    if (last == std::string::npos) continue;
    const size_t gap = line.find_last_of(" \t,", last);
    const auto label = gap == std::string::npos ? std::nullopt : as_number(line.substr(gap + 1, last - gap));
    const size_t name_end = gap == std::string::npos ? gap : line.find_last_not_of(" \t,", gap);
    if (!label || name_end == std::string::npos) {
      invalid_input("{}: '{}' is not a file's name and the number of its class", path, line);
    }
    labels[line.substr(0, name_end + 1)] = *label;
  }
  for (SampleFile& file : files) {
    const auto found = labels.find(fs::path(file.path).filename().string());
    if (found == labels.end()) continue;
    file.label = found->second;
    labels.erase(found);
  }
  if (!labels.empty()) invalid_input("{}: there is no file '{}'", path, labels.begin()->first);
}

}  // namespace

bool SampleFolder::labelled() const {
  return std::ranges::all_of(files, [](const SampleFile& file) { return file.label.has_value(); });
}

SampleFolder read_sample_folder(const std::string& path) {
  if (!fs::exists(path)) invalid_input("{}: the folder does not exist", path);
  if (!fs::is_directory(path)) invalid_input("{}: is a file, expected a folder of pictures, .npy or .npz", path);
  SampleFolder folder{path, find_samples(path)};
  if (folder.files.empty()) invalid_input("{}: holds no pictures, .npy or .npz files", path);
  const fs::path labels = fs::path(path) / kLabelsFile;
  if (fs::exists(labels)) apply_labels(labels.string(), folder.files);
  return folder;
}

Samples samples_of(const SampleFolder& folder, const InputOptions& options, std::string* note) {
  Samples samples;
  samples.count = static_cast<int64_t>(folder.files.size());
  samples.read = [&folder, options, note](int64_t index, const std::vector<PortInfo>& inputs,
                                          const std::vector<PortInfo>& outputs) {
    InputOptions own = options;
    own.inputs = {folder.files[index].path};
    const NetworkInputs read = read_inputs(own, inputs, outputs, Missing::error);
    if (note && index == 0 && !read.notes.empty()) *note = read.notes[0];
    return read.tensors;
  };
  return samples;
}

}  // namespace convoy::cli
