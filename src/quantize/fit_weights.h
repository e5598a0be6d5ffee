// Weights that make the outputs of a product, not the weights themselves, as exact as possible.
#pragma once

#include "quantize/input_moments.h"
#include "quantize/weights.h"

namespace convoy::quantizer {

/// Fits the weights w of a product to what its input is in the quantised network. With f the rows of the float network
/// and x the same rows quantised, their means left out where the bias takes them (`centred`):
///
/// `adjusted`: the real weights v with the smallest sum over rows of (v x - w f)^2, held to w by damping. Directions in
/// which the input is rounding errors more than signal are damped, as by Wiener's filter. Only in blocks with `drift`.
///
/// `round`: one column after the other. Each takes from its weight, before that is rounded, what the columns rounded
/// before it have added to the output, as far as they are correlated with it. These are the numbers of GPTQ (Frantar et
/// al. 2022; OBC, Frantar and Alistarh 2022), found without an inverse as LDLQ does (Chee et al. 2023).
class WeightFit {
 public:
  /// The moments must outlive this.
  WeightFit(const InputMoments& moments, bool centred, int threads);

  Tensor adjusted(const Tensor& weights, const WeightLayout& layout) const;
  /// Replaces the numbers of `quantized` by those of `weights` with its scales.
  void round(const Tensor& weights, const WeightLayout& layout, QuantizedWeights& quantized) const;

 private:
  using Block = InputMoments::Block;

  /// A block's moments, columns in ascending order of their own, as L * L^T.
  struct Factor {
    std::vector<int> order;
    std::vector<double> lower;
  };

  double moment(const Block& block, int64_t i, int64_t j) const;
  Factor factor_of(const Block& block) const;
  void adjust(const Block& block, const Factor& factor, int64_t output, const Tensor& weights,
              const WeightLayout& layout, Tensor& result) const;
  /// Calls work(block, factor, output) for all blocks and the outputs of their group.
  template <class Work>
  void for_each_output(const WeightLayout& layout, Work&& work) const;

  const InputMoments& moments_;
  double rows_;  ///< that the means are of; infinite where they are not left out
  int threads_;
  std::vector<Factor> factors_;  ///< one a block
};

/// w f - v x on average over the rows, for each output: what its bias has to add.
std::vector<double> mean_difference(const Tensor& weights, const QuantizedWeights& quantized,
                                    const WeightLayout& layout, const InputMoments& moments);

}  // namespace convoy::quantizer
