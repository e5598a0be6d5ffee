// Convolution of quantised numbers (ops/zero_points.h), NHWC, any window: sums of i32.
//
//   dst[n, h, w, g*OC + o] = epilogue(bias[o] + sum over taps y, x and channels i of
//                            (src[n, ih(h,y), iw(w,x), g*IC + i] - zero) * (weights[g][o][i][y][x] - zero of o))
//
// Where the Isa has dot products of u8 with i8, four bytes are multiplied at once as they are (i8 of src become u8 by
// adding 128, which their zero point does as well); the zero point of src goes into the bias, as -zero * sum of the
// weights. Elsewhere, two i16: numbers of src less their zero point. Neighbouring channels, and neighbouring taps of a
// row where nothing lies between them, are one run, padded with weights of zero to whole steps:
//
//   [group][channel block][y][run][step][nb * lanes][4 bytes: four i8, or two i16]
//
// Rows that become i16, that windows look beyond, or whose runs are no whole steps, are first copied to scratch memory
// with their padding, a slab at a time (int8_stage.h): there all taps exist, and reading past a run is harmless.
//
// Task space: rows = batch x output rows, columns = groups x channel blocks.
#pragma once

#include "impls/conv2d/direct_kernel.h"
#include "impls/conv2d/int8_stage.h"
#include "ops/zero_points.h"

namespace convoy {

struct Int8Config {
  RegisterTile tile;
  Terms terms = Terms::byte_quads;
  StagedPixels pixels;     ///< what is multiplied, copied or not
  bool staged = false;     ///< rows are copied
  int64_t runs = 1;        ///< of a row of the window
  int64_t run_length = 1;  ///< channels and taps of a run
  int64_t slab_rows = 1;   ///< output rows per slab

  int64_t step_length() const { return terms == Terms::byte_quads ? 4 : 2; }
  int64_t steps() const { return ceil_div(run_length, step_length()); }
  int64_t oc_blocks(const ConvGeometry& g, int lanes) const { return ceil_div(g.oc, int64_t{tile.nb} * lanes); }
  std::string key() const;
};

/// What the two operands of the products are.
struct Int8Types {
  DType src = DType::u8, weights = DType::i8;
  ZeroPoints zeros;
};

/// Whether weights fit into i8 without a zero point, as quads need them: else the sum of src would be needed for each
/// pixel.
bool quads_suffice(const ConvGeometry& g, const Int8Types& types);
/// Weight `index` of the model, of output channel `channel`, as it is packed: less its zero point.
int64_t int8_weight(const Tensor& weights, const Int8Types& types, Terms terms, int64_t channel, int64_t index);
/// Writes it as number `within` of four i8, or two i16.
void put_int8_weight(Terms terms, int64_t within, int64_t value, std::byte* word);

/// For pixels x channels results. Dot products take no broadcast from memory.
RegisterTile choose_int8_tile(int64_t pixels, int64_t channels, Isa isa);
Int8Config choose_int8(const ConvGeometry& g, const Int8Types& types, const Target& target);
double int8_cost_ns(const ConvGeometry& g, const Int8Config& config, const Target& target);
int64_t int8_weights_bytes(const ConvGeometry& g, const Int8Config& config, int lanes);

/// `source.weights` are i8 or u8.
PackedArg pack_int8_weights(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                            WeightSource source);
/// The bias, of i32 or null, with what the zero point of src adds.
PackedArg pack_int8_bias(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                         WeightSource source, const Tensor* bias);

/// Why no kernel for quantised numbers can compute the convolution; "" when they can.
std::string int8_refusal(const Problem& problem);
/// Of a group anchored at a conv2d, conv_transpose2d or matmul.
Int8Types int8_types(const Problem& problem);

struct Int8Kernel {
  ConvGeometry geometry;
  Int8Config config;
  DType dst_type = DType::i32;
  int64_t dst_offset = 0;  ///< of the first output pixel, in elements
  OutputIndex output;
  Epilogue epilogue;
  std::string name;
};
/// The step without its arguments, which are those of DirectArg.
StepSpec int8_step(const Int8Kernel& kernel, const Target& target);

/// What all convolutions of quantised numbers propose: bytes of packed weights and cost, in layouts of channels_last.
Proposal int8_proposal(const Problem& problem, int64_t weights_bytes, double cost_ns, std::string variant);
/// The kernel for a group, with name "PREFIX_VARIANT"; and its step with arguments.
Int8Kernel int8_kernel(const Problem& problem, const ConvGeometry& g, const Int8Config& config, const char* prefix);
StepSpec lower_int8(const Problem& problem, const Int8Kernel& kernel, const WeightSource& source);
/// "u8_quads_6x4_avx512": for kernels' names.
std::string int8_variant(const Problem& problem, const Int8Config& config);

}  // namespace convoy
