// Operators that compute each output element from the elements at the same place: the ones that are
// fused into the epilogue of a group. Each kind is one enumerator here, one line of meaning in
// elementwise_reference.cpp and one emitter in impls/elementwise/.
#pragma once

#include "graph/op.h"

namespace convoy {

enum class UnaryKind {
  relu,
  leaky_relu,
  clip,
  sigmoid,
  hard_sigmoid,
  hard_swish,
  tanh,
  elu,
  selu,
  softplus,
  erf,
  gelu,
  gelu_tanh,
  exp,
  log,
  sqrt,
  reciprocal,
  neg,
  abs,
  floor,
  ceil,
  round,
  sign,
  silu,
  mish,
  softsign,
  logical_not,
  sin,
  cos,
};
template <>
struct EnumWords<UnaryKind> {
  static constexpr const char* words[] = {"relu",      "leaky_relu", "clip", "sigmoid",  "hard_sigmoid", "hard_swish",
                                          "tanh",      "elu",        "selu", "softplus", "erf",          "gelu",
                                          "gelu_tanh", "exp",        "log",  "sqrt",     "reciprocal",   "neg",
                                          "abs",       "floor",      "ceil", "round",    "sign",         "silu",
                                          "mish",      "softsign",   "not",  "sin",      "cos"};
};

/// dst = f(src). alpha and beta: leaky_relu slope alpha; clip [alpha, beta]; hard_sigmoid
/// clip(alpha*x + beta, 0, 1); elu alpha; selu alpha, gamma = beta.
struct Unary : OpBase<Unary> {
  static constexpr const char* kName = "unary";
  UnaryKind kind = UnaryKind::relu;
  double alpha = 0, beta = 0;

  template <class V>
  void fields(V& v) {
    v("alpha", alpha);
    v("beta", beta);
  }
  std::string name() const override;  ///< the kind's word: "relu"
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

Unary unary(UnaryKind kind, double alpha = 0, double beta = 0);

enum class BinaryKind {
  add,
  sub,
  mul,
  div,
  min,
  max,
  pow,
  prelu,
  equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  mod,
  fmod
};
template <>
struct EnumWords<BinaryKind> {
  static constexpr const char* words[] = {"add",           "sub",   "mul",   "div",  "min",        "max",
                                          "pow",           "prelu", "equal", "less", "less_equal", "greater",
                                          "greater_equal", "and",   "or",    "mod",  "fmod"};
};

/// dst = f(lhs, rhs) with numpy broadcasting. The sign of mod is that of rhs, of fmod that of lhs.
/// prelu(x, slope) = x < 0 ? x*slope : x.
struct Binary : OpBase<Binary> {
  static constexpr const char* kName = "binary";
  BinaryKind kind = BinaryKind::add;

  template <class V>
  void fields(V& v) {}
  std::string name() const override;  ///< the kind's word: "add"
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

Binary binary(BinaryKind kind);

/// Result shape of numpy broadcasting; throws Error naming both shapes when they do not fit.
Shape broadcast_shape(const Shape& a, const Shape& b);

}  // namespace convoy
