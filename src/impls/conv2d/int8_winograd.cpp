// Winograd convolutions of quantised numbers, of every tile size; see int8_winograd.h.
#include "impls/conv2d/int8_winograd.h"

#include <algorithm>

#include "impls/conv2d/list.h"

namespace convoy {

namespace {

std::string winograd_refusal(const ConvGeometry& g) {
  if (g.h.stride != 1 || g.w.stride != 1) return "strided";
  if (g.h.step != 1 || g.w.step != 1) return "dilated";
  if (g.groups != 1) return "grouped";
  if (g.h.taps == 1 && g.w.taps == 1) return "the window is 1x1";
  if (g.ic < 8 || g.oc < 8) return "too few channels to pay for the transforms";
  return "";
}

/// i32, padded to whole blocks of channels.
PackedArg pack_bias(const Problem& problem, const ConvGeometry& g, const Int8WinogradConfig& config) {
  const Int8WinogradLayout at(g, config, problem.target.isa);
  const ValueId bias = problem.anchor_input(2);
  const Tensor given = bias == kAbsent ? Tensor() : *problem.graph().value(bias).constant;
  const int64_t elems = at.oc_blocks * at.width;
  const auto pack = [=] {
    Tensor padded(DType::i32, Shape{elems});
    if (!given.empty()) std::copy_n(given.as<int32_t>(), given.elems(), padded.as<int32_t>());
    return padded;
  };
  return {.bytes = 4 * elems, .pack = pack, .dtype = DType::i32};
}

class Int8WinogradConv2d : public Impl {
 public:
  explicit Int8WinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_int8_winograd{0}x{0}", m_); }

  Proposal propose(const Problem& problem) const override {
    if (auto why = int8_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (auto why = winograd_refusal(g); !why.empty()) return Proposal::no(why);
    const Int8Types types = int8_types(problem);
    const auto config = choose_int8_winograd(g, m_, types, problem.target);
    if (!config) return Proposal::no("transformed numbers do not fit into i16");
    if (!sums_suffice(g, *config, types, weights(problem))) return Proposal::no("sums may not fit into i32");
    return int8_proposal(problem, int8_winograd_weights_bytes(g, *config, problem.target.isa),
                         int8_winograd_cost_ns(g, *config, problem.target), variant(problem));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const Int8Types types = int8_types(problem);
    const Int8WinogradConfig config = choose_int8_winograd(g, m_, types, problem.target).value();
    const Int8WinogradKernel kernel{.geometry = g,
                                    .config = config,
                                    .dst_type = problem.type(problem.group.output).dtype,
                                    .epilogue = Epilogue(problem, kDirectEpilogue),
                                    .name = variant(problem)};
    StepSpec step = int8_winograd_step(kernel, problem.target);
    step.args = {ValueArg{problem.anchor_input(0)},
                 pack_int8_winograd_weights(g, config, types, problem.target.isa, weights(problem)),
                 pack_bias(problem, g, config), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static const Tensor& weights(const Problem& problem) {
    return *problem.graph().value(problem.anchor_input(1)).constant;
  }
  std::string variant(const Problem& problem) const {
    return fmt::format("{}_{}_{}", name(), to_string(problem.type(problem.anchor_input(0)).dtype),
                       problem.target.isa.name);
  }

  const int m_;
};

}  // namespace

const Impl& conv2d_int8_winograd(int m) {
  static const Int8WinogradConv2d impls[] = {Int8WinogradConv2d(2), Int8WinogradConv2d(3), Int8WinogradConv2d(4)};
  return impls[m - 2];
}

}  // namespace convoy
