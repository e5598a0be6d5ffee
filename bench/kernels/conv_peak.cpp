// Speed of single convolutions (bias and ReLU included) on one thread, as a part of the peak rate of fused
// multiply-adds measured beside them in the same run. --int8: of quantised numbers, requantised.
//
//   conv_peak [--isa NAME] [--impl NAME] [--int8] [IHxIWxIC OC K STRIDE]...
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "codegen/llvm/jit.h"
#include "impls/impl.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/requantize.h"
#include "passes/passes.h"
#include "support/error.h"

using namespace convoy;

namespace {

struct Shape2d {
  int64_t h, w, ic, oc, k, stride, group = 1;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Tensor random_tensor(const Shape& shape, std::mt19937& random) {
  Tensor tensor(DType::f32, shape);
  std::uniform_real_distribution<float> values(-1, 1);
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<float>()[i] = values(random);
  return tensor;
}

Conv2d conv_op(const Shape2d& s) {
  Conv2d conv;
  conv.group = s.group;
  conv.window.strides = {s.stride, s.stride};
  const int64_t pad = s.k / 2;
  conv.window.pads = {pad, pad, pad, pad};
  return conv;
}

/// i8 to i8, each channel scaled by itself.
GroupedGraph conv_requantize(const Shape2d& s, std::mt19937& random) {
  GraphBuilder builder("conv");
  const auto fill = [&](DType dtype, const Shape& shape, int32_t low, int32_t high) {
    std::uniform_int_distribution<int32_t> values(low, high);
    Tensor tensor(dtype, shape);
    for (int64_t i = 0; i < tensor.elems(); ++i) {
      if (dtype == DType::i8) tensor.as<int8_t>()[i] = static_cast<int8_t>(values(random));
      if (dtype == DType::i32) tensor.as<int32_t>()[i] = values(random);
    }
    return tensor;
  };
  const Shape channels{s.oc, 1, 1};
  const ValueId x = builder.input("x", {DType::i8, Shape{1, s.ic, s.h, s.w}});
  const ValueId w = builder.constant("w", fill(DType::i8, {s.oc, s.ic / s.group, s.k, s.k}, -127, 127));
  const ValueId bias = builder.constant("b", fill(DType::i32, {s.oc}, -9999, 9999));
  const ValueId multiplier = builder.constant("m", fill(DType::i32, channels, 1 << 30, (1LL << 31) - 1));
  const ValueId shift = builder.constant("s", fill(DType::i32, channels, -12, -8));
  Conv2d conv = conv_op(s);
  conv.zeros.src = -3;
  Requantize requantize;
  requantize.low = requantize.zero = -128;
  const ValueId sums = builder.make(conv, {x, w, bias}, "conv");
  builder.output(builder.make(requantize, {sums, multiplier, shift}, "requantize"));
  return make_groups(std::move(builder).finish());
}

GroupedGraph conv_relu(const Shape2d& s, std::mt19937& random) {
  GraphBuilder builder("conv");
  const ValueId x = builder.input("x", {DType::f32, Shape{1, s.ic, s.h, s.w}});
  const ValueId w = builder.constant("w", random_tensor(Shape{s.oc, s.ic / s.group, s.k, s.k}, random));
  const ValueId bias = builder.constant("b", random_tensor(Shape{s.oc}, random));
  const Conv2d conv = conv_op(s);
  const ValueId y = builder.make(conv, {x, w, bias}, "conv");
  Unary relu;
  relu.kind = UnaryKind::relu;
  builder.output(builder.make(relu, {y}, "relu"));
  return make_groups(std::move(builder).finish());
}

/// A kernel whose loop holds nothing but independent fused multiply-adds.
KernelSpec peak_kernel() {
  return {"fma_peak", "1", 1, [](KernelBuilder& b) {
            const int chains = b.isa().vector_registers - 4;
            std::vector<Val> acc(chains, b.load(b.arg(0)));
            Val x = b.load_splat(b.arg(0), 1), y = b.load_splat(b.arg(0), 2);
            acc = b.loop(b.row_begin(), b.row_end(), 1, acc, [&](Val, std::vector<Val> sums) {
              for (Val& sum : sums) sum = b.fma(sum, x, y);
              return sums;
            });
            for (int i = 0; i < chains; ++i) b.store(acc[i], b.arg(0), i * b.lanes());
          }};
}

double measure_peak_gflops(KernelFn kernel, const Isa& isa) {
  std::vector<float> data(1024, 0.5f);
  void* args[] = {data.data()};
  constexpr int64_t kLoops = 200000;
  const double start = now();
  kernel(args, 0, kLoops, 0, 1, nullptr);
  const double seconds = now() - start;
  return 2.0 * kLoops * (isa.vector_registers - 4) * isa.f32_lanes() / seconds * 1e-9;
}

void bench(const Shape2d& s, const Target& target, const std::string& impl_name, bool int8) {
  std::mt19937 random(1);
  const GroupedGraph grouped = int8 ? conv_requantize(s, random) : conv_relu(s, random);
  Problem problem{grouped, grouped.groups.at(0), target, {}};
  const Node& node = problem.anchor();
  const TensorView src = TensorView::contiguous(grouped.graph.type(node.inputs[0]), Layout::channels_last);
  problem.views[node.inputs[0]] = src;
  const Impl* impl = nullptr;
  for (const Impl* candidate : impls_for(*node.op)) {
    if (candidate == &reference_impl()) continue;
    const Proposal proposal = candidate->propose(problem);
    if (impl_name.empty() ? proposal.accepted() : candidate->name() == impl_name) {
      if (!impl || proposal.cost_ns < impl->propose(problem).cost_ns) impl = candidate;
    }
  }
  if (!impl) return (void)std::printf("no implementation\n");
  const ValueId out = problem.group.output;
  problem.views[out] = TensorView::contiguous(grouped.graph.type(out), Layout::channels_last);
  const Lowered lowered = impl->lower(problem);
  std::vector<KernelSpec> specs;
  for (const StepSpec& step : lowered.steps) specs.push_back(step.kernel);
  specs.push_back(peak_kernel());
  const auto code = jit_compile(specs, target.isa, {});

  Tensor x = int8 ? Tensor(grouped.graph.type(node.inputs[0]))
                  : random_tensor(grouped.graph.type(node.inputs[0]).shape, random);
  Tensor y(grouped.graph.type(out));
  std::vector<Tensor> temps;
  for (int64_t bytes : lowered.temp_bytes) temps.emplace_back(DType::u8, Shape{bytes});
  std::vector<Tensor> constants;
  std::vector<std::vector<void*>> args;
  int64_t scratch_bytes = 64;
  for (const StepSpec& step : lowered.steps) {
    args.emplace_back();
    scratch_bytes = std::max(scratch_bytes, step.scratch_bytes);
    for (const StepArg& arg : step.args) {
      if (const auto* value = std::get_if<ValueArg>(&arg)) {
        args.back().push_back(value->value == out ? y.data() : x.data());
      } else if (const auto* temp = std::get_if<TempArg>(&arg)) {
        args.back().push_back(temps[temp->index].data());
      } else if (const auto* packed = std::get_if<PackedArg>(&arg)) {
        constants.push_back(packed->pack());
        args.back().push_back(constants.back().data());
      } else {
        args.back().push_back(const_cast<void*>(std::get<Tensor>(arg).data()));
      }
    }
  }
  Tensor scratch(DType::u8, Shape{scratch_bytes});
  auto run = [&] {
    for (size_t i = 0; i < lowered.steps.size(); ++i) {
      code->functions()[i](args[i].data(), 0, lowered.steps[i].rows, 0, lowered.steps[i].cols, scratch.data());
    }
  };
  run();
  const double flops = 2.0 * static_cast<double>(grouped.graph.macs());
  const int repeats = std::max(1, static_cast<int>(2e9 / flops));
  double best = 1e9, peak = 0;
  for (int round = 0; round < 9; ++round) {
    const double start = now();
    for (int i = 0; i < repeats; ++i) run();
    best = std::min(best, (now() - start) / repeats);
    peak = std::max(peak, measure_peak_gflops(code->functions().back(), target.isa));
  }
  std::printf("%4ldx%-4ld %4ld -> %-4ld k%ld s%ld g%-4ld %-34s %9.3f ms %8.1f GFLOP/s  %5.1f%% of %.0f\n", s.h, s.w,
              s.ic, s.oc, s.k, s.stride, s.group, specs.front().name.c_str(), best * 1e3, flops / best * 1e-9,
              100 * flops / best * 1e-9 / peak, peak);
}

std::vector<Shape2d> default_shapes() {
  return {{56, 56, 64, 64, 3, 1},        {128, 128, 64, 64, 3, 1},      {28, 28, 128, 128, 3, 1},
          {14, 14, 256, 256, 3, 1},      {7, 7, 512, 512, 3, 1},        {256, 256, 64, 64, 3, 1},
          {56, 56, 128, 128, 3, 2},      {56, 56, 256, 64, 1, 1},       {56, 56, 128, 256, 1, 1},
          {28, 28, 512, 128, 1, 1},      {14, 14, 1024, 256, 1, 1},     {7, 7, 2048, 512, 1, 1},
          {14, 14, 256, 1024, 1, 1},     {224, 224, 3, 64, 7, 2},       {224, 224, 3, 32, 3, 2},
          {13, 13, 64, 256, 3, 1},       {256, 256, 32, 32, 3, 1},      {112, 112, 32, 32, 3, 1, 32},
          {56, 56, 144, 144, 3, 1, 144}, {14, 14, 512, 512, 3, 1, 512}, {7, 7, 960, 960, 3, 1, 960},
          {56, 56, 144, 144, 3, 2, 144}};
}

}  // namespace

int main(int argc, char** argv) try {
  Target target{host_isa(), host_caches(), 1};
  std::string impl;
  bool int8 = false;
  std::vector<Shape2d> shapes;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--isa")) {
      target.isa = host_isa(argv[++i]);
    } else if (!std::strcmp(argv[i], "--impl")) {
      impl = argv[++i];
    } else if (!std::strcmp(argv[i], "--int8")) {
      int8 = true;
    } else {
      Shape2d s{};
      if (std::sscanf(argv[i], "%ldx%ldx%ld,%ld,%ld,%ld,%ld", &s.h, &s.w, &s.ic, &s.oc, &s.k, &s.stride, &s.group) <
          6) {
        std::fprintf(stderr, "a shape is HxWxIC,OC,K,STRIDE[,GROUP]\n");
        return 2;
      }
      s.group = std::max<int64_t>(1, s.group);
      shapes.push_back(s);
    }
  }
  for (const Shape2d& shape : shapes.empty() ? default_shapes() : shapes) bench(shape, target, impl, int8);
} catch (const Error& error) {
  std::fprintf(stderr, "conv_peak: %s\n", error.what());
  return 1;
}
