#include "impls/group_runner.h"

#include <limits>

#include "support/error.h"

namespace convoy {

namespace {

constexpr float kGarbage = std::numeric_limits<float>::quiet_NaN();
constexpr size_t kAlignElems = 16;  // scratch and temporaries are aligned to 64 bytes

float* aligned(std::vector<float>& memory) {
  const auto address = reinterpret_cast<uintptr_t>(memory.data());
  return reinterpret_cast<float*>((address + 63) / 64 * 64);
}

std::vector<float> garbage_bytes(int64_t bytes) {
  return std::vector<float>(bytes / 4 + 1 + 2 * kAlignElems, kGarbage);
}

/// Bounds of the pieces of [0, extent): unequal, none below `grain` unless the extent is.
std::vector<int64_t> cut(int64_t extent, int64_t grain, Division division) {
  std::vector<int64_t> bounds = {0};
  if (division == Division::pieces) {
    for (int64_t size = grain; bounds.back() + size + grain <= extent && bounds.size() < 4; size += 2 * grain) {
      bounds.push_back(bounds.back() + size);
    }
  }
  bounds.push_back(extent);
  return bounds;
}

}  // namespace

GroupRunner::GroupRunner(Lowered lowered, const Isa& isa, const std::function<DType(ValueId)>& stored)
    : lowered_(std::move(lowered)) {
  std::vector<KernelSpec> kernels;
  int64_t scratch_bytes = 0;
  for (const StepSpec& step : lowered_.steps) {
    if (!step.host) kernels.push_back(step.kernel);
    if (!step.host) kernels.back().stored = stored_types(step, stored);
    scratch_bytes = std::max(scratch_bytes, step.scratch_bytes);
  }
  code_ = jit_compile(kernels, isa, {});
  for (int64_t bytes : lowered_.temp_bytes) temps_.push_back(garbage_bytes(bytes));
  scratch_ = garbage_bytes(scratch_bytes);
}

std::vector<void*> GroupRunner::arguments(const StepSpec& step, const std::map<ValueId, void*>& values) {
  std::vector<void*> args;
  for (const StepArg& arg : step.args) {
    if (const auto* value = std::get_if<ValueArg>(&arg)) {
      auto at = values.find(value->value);
      if (at == values.end()) internal_error("a step refers to value {}, which the group does not have", value->value);
      args.push_back(at->second);
    } else if (const auto* constant = std::get_if<Tensor>(&arg)) {
      args.push_back(const_cast<void*>(constant->data()));
    } else if (const auto* packed = std::get_if<PackedArg>(&arg)) {
      packed_.push_back(packed->pack());
      args.push_back(packed_.back().data());
    } else {
      args.push_back(aligned(temps_.at(std::get<TempArg>(arg).index)));
    }
  }
  return args;
}

void GroupRunner::run(const std::map<ValueId, void*>& values, Division division) {
  size_t kernel = 0;
  for (const StepSpec& step : lowered_.steps) {
    const std::vector<void*> args = arguments(step, values);
    if (step.host) {
      step.host(args.data());
      continue;
    }
    const KernelFn fn = code_->functions()[kernel++];
    const auto rows = cut(step.rows, step.row_grain, division), cols = cut(step.cols, step.col_grain, division);
    for (size_t r = rows.size() - 1; r > 0; --r) {
      for (size_t c = cols.size() - 1; c > 0; --c) {
        fn(args.data(), rows[r - 1], rows[r], cols[c - 1], cols[c], aligned(scratch_));
      }
    }
  }
}

}  // namespace convoy
