#include <convoy/dense.h>

#include "dense/dense_compiler.h"
#include "dense/dense_data.h"
#include "dense/dense_run.h"
#include "dense/dense_stream.h"
#include "dense/difference.h"
#include "dense/tiles.h"
#include "runtime/compile.h"
#include "support/error.h"

namespace convoy {

std::string_view to_string(Border border) {
  switch (border) {
    case Border::reflect:
      return "reflect";
    case Border::replicate:
      return "replicate";
    case Border::zero:
      return "zero";
    case Border::valid:
      return "valid";
  }
  internal_error("unknown border");
}

const DenseInfo& DenseProgram::info() const {
  return data_->info;
}

const Program& DenseProgram::tile_program() const {
  return data_->tile.program;
}

std::pair<int64_t, int64_t> DenseProgram::output_size(int64_t height, int64_t width) const {
  const PatchLayout layout = patch_layout(data_->geometry, data_->info.border, height, width);
  return {layout.rows, layout.cols};
}

Status DenseProgram::run(const ImageView& image, const ImageView& result, const Progress& progress) const {
  return status_of([&] { run_dense(*data_, image, result, progress); });
}

Status DenseProgram::run(const DenseRows& rows, const Progress& progress) const {
  return status_of([&] { run_dense_rows(*data_, rows, progress); });
}

Result<DenseDifference> DenseProgram::difference(const ImageView& image, const ImageView& result) const {
  return catch_errors([&] { return dense_difference(*data_, image, result); });
}

Result<std::pair<int64_t, int64_t>> DenseProgram::shard_rows(const DenseRows& rows) const {
  return catch_errors([&] {
    const DenseRun run(*data_, rows.height, rows.width);
    const Span part = run.result_rows(shard_patches(*data_, run, rows));
    return std::pair(part.begin, part.size());
  });
}

Result<DenseProgram> compile_dense(const std::string& model_path, const DenseOptions& options) {
  return catch_errors([&] {
    Graph patch = load_model(model_path, options.compile);
    return with_context(model_path, [&] { return compile_dense_graph(std::move(patch), options); });
  });
}

}  // namespace convoy
