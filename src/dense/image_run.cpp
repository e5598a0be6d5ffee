#include "dense/image_run.h"

#include <algorithm>
#include <cstring>

#include "support/error.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using detail::ImageData;
using detail::StripProgram;

void zero(Tensor& tensor) {
  std::memset(tensor.data(), 0, tensor.bytes());
}

void fill(const RowMask& mask, int64_t t, Tensor& inside) {
  for (int64_t r = 0; r < mask.count; ++r) {
    const int64_t row = t * mask.count + mask.lead + r;
    inside.as<float>()[r] = row >= 0 && row < mask.height ? 1 : 0;
  }
}

void fill(const RowClamp& clamp, int64_t t, Tensor& nearest) {
  const int64_t first = t * clamp.count + clamp.lead;
  for (int64_t r = 0; r < clamp.total; ++r) {
    const int64_t row = std::clamp<int64_t>(first + r, 0, clamp.height - 1);
    nearest.as<int64_t>()[r] = std::clamp<int64_t>(row - first, 0, clamp.total - 1);
  }
}

/// A strip program's context, whose states go from run to run.
class StripContext {
 public:
  explicit StripContext(const StripProgram& program) : program_(program), context_(program.program) {
    for (size_t i = 0; i < program.states.size(); ++i) {
      zero(context_.input(program.states[i]));
      const Status status = context_.bind_state(program.states[i], static_cast<int>(i) + 1);
      if (!status) internal_error("{}", status.message());
    }
  }

  const StripProgram& program() const { return program_; }
  Tensor& image() { return context_.input(0); }
  const Tensor& result() const { return context_.output(0); }

  /// Copies.
  std::vector<Tensor> states() {
    std::vector<Tensor> states;
    for (int input : program_.states) {
      const Tensor& state = context_.input(input);
      states.emplace_back(state.type());
      std::memcpy(states.back().data(), state.data(), state.bytes());
    }
    return states;
  }

  void set_states(const std::vector<Tensor>& states) {
    for (size_t i = 0; i < states.size(); ++i) {
      Tensor& state = context_.input(program_.states[i]);
      std::memcpy(state.data(), states[i].data(), state.bytes());
    }
  }

  void run(int64_t t) {
    for (const RowMask& mask : program_.edges.masks) fill(mask, t, context_.input(mask.input));
    for (const RowClamp& clamp : program_.edges.clamps) fill(clamp, t, context_.input(clamp.input));
    context_.run();
  }

 private:
  const StripProgram& program_;
  Context context_;
};

class ImageRun {
 public:
  ImageRun(const ImageData& data, const RowStream& rows) : data_(data), info_(data.info), rows_(rows) {}

  void run(const Progress& progress) {
    const int64_t runs = ceil_div(info_.out_height + data_.delay, data_.out_rows);
    std::unique_ptr<StripContext> context;
    for (int64_t t = 0; t < runs; ++t) {
      const StripProgram& program = program_for(t);
      if (!context || &context->program() != &program) {
        const std::vector<Tensor> states = context ? context->states() : std::vector<Tensor>();
        context.reset();  // so that there is memory for one only
        context = std::make_unique<StripContext>(program);
        context->set_states(states);
      }
      read(*context, t * info_.strip_rows);
      context->run(t);
      write(*context, t * data_.out_rows - data_.delay);
      if (progress) progress(t + 1, runs);
    }
  }

 private:
  const StripProgram& program_for(int64_t t) const {
    return !data_.edge || data_.edge->edges.inside(t) ? data_.middle : *data_.edge;
  }

  void read(StripContext& context, int64_t first) const {
    Tensor& image = context.image();
    const int64_t rows = std::clamp<int64_t>(info_.height - first, 0, info_.strip_rows);
    if (rows < info_.strip_rows) zero(image);
    if (rows > 0) rows_.read(first, rows, image.as<float>(), info_.strip_rows * info_.width);
  }

  /// `first`: row of the result that the strip's output begins with.
  void write(const StripContext& context, int64_t first) const {
    const int64_t begin = std::max<int64_t>(first, 0), end = std::min(first + data_.out_rows, info_.out_height);
    if (begin >= end) return;
    const float* planes = context.result().as<float>() + (begin - first) * info_.out_width;
    rows_.write(begin, end - begin, planes, data_.out_rows * info_.out_width);
  }

  const ImageData& data_;
  const ImageInfo& info_;
  const RowStream& rows_;
};

}  // namespace

void run_image_rows(const ImageData& data, const RowStream& rows, const Progress& progress) {
  ImageRun(data, rows).run(progress);
}

}  // namespace convoy
