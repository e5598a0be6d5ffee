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
  explicit StripContext(const StripProgram& program) : program_(program), context_(program.program) { bind_states(); }

  /// Goes on from the other's states, and works in its memory.
  StripContext(const StripProgram& program, StripContext& other)
      : program_(program), context_(program.program, other.context_) {
    for (size_t i = 0; i < program_.states.size(); ++i) {
      throw_if_failed(context_.bind_input(program_.states[i], other.context_.input(other.program_.states[i])));
    }
    bind_states();
  }

  Tensor& image() { return context_.input(0); }
  const Tensor& result() const { return context_.output(0); }

  /// Ready for another image.
  void begin() {
    for (int input : program_.states) zero(context_.input(input));
  }

  void run(int64_t t) {
    for (const RowMask& mask : program_.edges.masks) fill(mask, t, context_.input(mask.input));
    for (const RowClamp& clamp : program_.edges.clamps) fill(clamp, t, context_.input(clamp.input));
    context_.run();
  }

 private:
  void bind_states() {
    for (size_t i = 0; i < program_.states.size(); ++i) {
      throw_if_failed(context_.bind_state(program_.states[i], static_cast<int>(i) + 1));
    }
  }

  const StripProgram& program_;
  Context context_;
};

}  // namespace

namespace detail {

class ImageRun {
 public:
  explicit ImageRun(const ImageData& data) : data_(data), info_(data.info) {
    if (data.edge) edge_.emplace(*data.edge);
  }

  void run(const RowStream& rows, const Progress& progress) {
    const int64_t runs = ceil_div(info_.out_height + data_.delay, data_.out_rows);
    for (int64_t t = 0; t < runs; ++t) {
      StripContext& context = context_for(t);
      if (t == 0) context.begin();
      read(rows, context, t * info_.strip_rows);
      context.run(t);
      write(rows, context, t * data_.out_rows - data_.delay);
      if (progress) progress(t + 1, runs);
    }
  }

 private:
  StripContext& context_for(int64_t t) {
    if (edge_ && !data_.edge->edges.inside(t)) return *edge_;
    if (!middle_ && edge_) middle_.emplace(data_.middle, *edge_);
    if (!middle_) middle_.emplace(data_.middle);
    return *middle_;
  }

  void read(const RowStream& from, StripContext& context, int64_t first) const {
    Tensor& image = context.image();
    const int64_t rows = std::clamp<int64_t>(info_.height - first, 0, info_.strip_rows);
    if (rows < info_.strip_rows) zero(image);
    if (rows > 0) from.read(first, rows, image.as<float>(), info_.strip_rows * info_.width);
  }

  /// `first`: row of the result that the strip's output begins with.
  void write(const RowStream& to, const StripContext& context, int64_t first) const {
    const int64_t begin = std::max<int64_t>(first, 0), end = std::min(first + data_.out_rows, info_.out_height);
    if (begin >= end) return;
    const float* planes = context.result().as<float>() + (begin - first) * info_.out_width;
    to.write(begin, end - begin, planes, data_.out_rows * info_.out_width);
  }

  const ImageData& data_;
  const ImageInfo& info_;
  std::optional<StripContext> edge_, middle_;
};

IdleRuns::IdleRuns() = default;
IdleRuns::~IdleRuns() = default;

std::unique_ptr<ImageRun> IdleRuns::take() {
  const std::lock_guard lock(mutex_);
  if (runs_.empty()) return nullptr;
  std::unique_ptr<ImageRun> run = std::move(runs_.back());
  runs_.pop_back();
  return run;
}

void IdleRuns::put_back(std::unique_ptr<ImageRun> run) {
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
}

}  // namespace detail

void run_image_rows(const ImageData& data, const RowStream& rows, const Progress& progress) {
  std::unique_ptr<detail::ImageRun> run = data.idle.take();
  if (!run) run = std::make_unique<detail::ImageRun>(data);
  run->run(rows, progress);
  data.idle.put_back(std::move(run));
}

}  // namespace convoy
