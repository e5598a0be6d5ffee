#include <convoy/dense.h>

#include "dense/dense_compiler.h"
#include "dense/dense_data.h"
#include "dense/dense_run.h"
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

ImageView image_of(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.rank() != 4 || shape[0] != 1 || tensor.dtype() != DType::f32) return {};
  const int64_t plane = shape[2] * shape[3];
  return {const_cast<float*>(tensor.as<float>()), shape[1], shape[2], shape[3], plane, shape[3], 1};
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

Status DenseProgram::run(const ImageView& image, const ImageView& result,
                         const std::function<void(int64_t, int64_t)>& progress) const {
  const auto done = catch_errors([&] {
    run_dense(*data_, image, result, progress);
    return true;
  });
  return done ? Status() : done.status();
}

Result<DenseProgram> compile_dense(const std::string& model_path, const DenseOptions& options) {
  return catch_errors([&] {
    Graph patch = load_model(model_path, options.compile);
    return with_context(model_path, [&] { return compile_dense_graph(std::move(patch), options); });
  });
}

}  // namespace convoy
