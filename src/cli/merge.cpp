// convoy merge: the shards of convoy dense, joined.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "cli/commands.h"
#include "cli/dense_files.h"
#include "io/files.h"
#include "io/npy.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

/// Rows of the result in a shard's file.
struct Part {
  std::string path;
  TensorType type;
  FileSource file;
  int64_t begin;  ///< of the array in the file
  int64_t rows() const { return type.shape[type.shape.rank() == 4 ? 2 : 0]; }
};

Part open_part(const std::string& path) {
  return with_context(path, [&] {
    FileSource file(path);
    NpyHeader header = read_npy_header(file);
    const int64_t begin = file.position();
    return Part{path, header.type, std::move(file), begin};
  });
}

/// Number of shards that the files beside `output` say there are.
int64_t count_shards(const std::string& output) {
  const std::filesystem::path path(output);
  const std::string prefix = path.filename().string() + ".part-", middle = "-of-", suffix = ".npy";
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code error;
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const size_t of = name.find(middle, prefix.size());
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || of == std::string::npos) continue;
    const std::string number = name.substr(of + middle.size(), name.size() - suffix.size() - of - middle.size());
    const bool digits = !number.empty() && number.size() < 7 &&
                        std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c); });
    if (!digits) continue;
    const int64_t found = std::stoll(number);
    if (count != 0 && found != count) {
      invalid_input("{}: has parts of {} and of {} beside it; remove those that are not meant", output, count, found);
    }
    count = found;
  }
  if (count == 0) invalid_input("{}: has no parts beside it ({})", output, shard_file(output, {0, 16}));
  return count;
}

std::vector<Part> open_parts(const std::string& output) {
  std::vector<Part> parts;
  const int64_t count = count_shards(output);
  for (int64_t i = 0; i < count; ++i) {
    parts.push_back(open_part(shard_file(output, {i, count})));
    const TensorType &first = parts.front().type, &type = parts.back().type;
    const int rows_axis = first.shape.rank() == 4 ? 2 : 0;
    bool alike = type.dtype == first.dtype && type.shape.rank() == first.shape.rank();
    for (int axis = 0; alike && axis < type.shape.rank(); ++axis) {
      alike = axis == rows_axis || type.shape[axis] == first.shape[axis];
    }
    if (!alike || type.shape.rank() < 3) {
      invalid_input("{}: holds {}, {} holds {}", parts.back().path, type.str(), parts.front().path, first.str());
    }
  }
  return parts;
}

/// Calls take(rows, bytes) for some rows at a time of `row_bytes` bytes each, from `begin` in the part's file on.
template <class Take>
void for_rows(Part& part, int64_t begin, int64_t row_bytes, Take&& take) {
  constexpr int64_t kAtOnce = 16;
  std::vector<char> bytes(kAtOnce * row_bytes);
  with_context(part.path, [&] { part.file.seek(begin); });
  for (int64_t row = 0; row < part.rows(); row += kAtOnce) {
    const int64_t count = std::min(kAtOnce, part.rows() - row);
    with_context(part.path, [&] { part.file.read(bytes.data(), count * row_bytes); });
    take(count, bytes.data());
  }
}

void merge_picture(const std::string& output, std::vector<Part>& parts, int64_t rows) {
  const auto& [dtype, shape] = parts.front().type;
  const Depth depth = dtype == DType::u8 ? Depth::bits8 : dtype == DType::u16 ? Depth::bits16 : Depth::real;
  const auto picture = create_picture(output, {rows, shape[1]}, shape[2], depth);
  for (Part& part : parts) {
    for_rows(part, part.begin, shape[1] * shape[2] * size_of(dtype),
             [&](int64_t count, const char* bytes) { picture->write(count, bytes); });
  }
  picture->commit();
}

void merge_array(const std::string& output, std::vector<Part>& parts, int64_t rows) {
  const auto& [dtype, shape] = parts.front().type;
  const int64_t row_bytes = shape[3] * size_of(dtype);
  OutputFile file(output);
  const std::string header = npy_header_bytes({dtype, Shape{1, shape[1], rows, shape[3]}});
  file.write(header.data(), static_cast<int64_t>(header.size()));
  for (int64_t c = 0; c < shape[1]; ++c) {
    for (Part& part : parts) {
      for_rows(part, part.begin + c * part.rows() * row_bytes, row_bytes,
               [&](int64_t count, const char* bytes) { file.write(bytes, count * row_bytes); });
    }
  }
  file.commit();
}

int merge(const std::string& output) {
  const bool picture = is_image_name(output);
  if (!picture && extension(output) != ".npy") usage_error("{}: no shards are written for such a file", output);
  std::vector<Part> parts = open_parts(output);
  if ((parts.front().type.shape.rank() == 3) != picture) {
    invalid_input("{}: holds {}, no part of {}", parts.front().path, parts.front().type.str(), output);
  }
  int64_t rows = 0;
  for (const Part& part : parts) rows += part.rows();
  (picture ? merge_picture : merge_array)(output, parts, rows);
  fmt::print("{}: {} rows of {} parts\n", output, rows, parts.size());
  return 0;
}

}  // namespace

void add_merge(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("merge", "Join the parts that dense --shard has written");
  auto output = std::make_shared<std::string>();
  command->add_option("OUTPUT", *output, "the file that was given as --output to dense")->required();
  command->footer(
      "Example: for i in 1 2 3; do convoy dense net.onnx --input x.tif --output y.tif --tile 192x48 "
      "--shard $i/3; done; convoy merge y.tif");
  command->callback([output, &action] { action = [output] { return merge(*output); }; });
}

}  // namespace convoy::cli
