#include "quantize/fit_weights.h"

#include <cmath>

#include "quantize/model_file.h"

namespace convoy::quantizer {
namespace {

onnx::NodeProto node_of(const char* op) {
  onnx::NodeProto node;
  node.set_op_type(op);
  return node;
}

/// Rows of correlated columns: sums over neighbours of random numbers, which have a mean.
std::vector<float> correlated_rows(int64_t rows, int64_t columns) {
  const std::vector<float> noise = random_floats(rows * (columns + 4), 7, -1, 2);
  std::vector<float> result;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      float sum = 0;
      for (int64_t k = 0; k < 5; ++k) sum += noise[r * (columns + 4) + c + k];
      result.push_back(sum);
    }
  }
  return result;
}

InputMoments moments_of(const std::vector<float>& f, const std::vector<float>& x, int64_t columns) {
  InputMoments::Block block{.group = 0, .first = 0, .count = columns};
  block.moments.resize(columns * columns);
  block.drift.resize(columns * columns);
  block.x.resize(columns);
  block.f.resize(columns);
  const auto rows = static_cast<int64_t>(x.size()) / columns;
  for (int64_t r = 0; r < rows; ++r) {
    const float *f_row = &f[r * columns], *x_row = &x[r * columns];
    for (int64_t i = 0; i < columns; ++i) {
      block.x[i] += x_row[i];
      block.f[i] += f_row[i];
      for (int64_t j = 0; j <= i; ++j) block.moments[i * columns + j] += x_row[i] * x_row[j];
      for (int64_t j = 0; j < columns; ++j) block.drift[i * columns + j] += (f_row[i] - x_row[i]) * x_row[j];
    }
  }
  return {rows, {block}};
}

/// Sum over rows and outputs of (v x - w f)^2 less its mean; v: [columns, outputs].
double output_error(const std::vector<float>& f, const std::vector<float>& x, const Tensor& w,
                    const std::function<double(int64_t)>& v) {
  const int64_t columns = w.shape()[0], outputs = w.shape()[1], rows = int64_t(x.size()) / columns;
  double error = 0;
  for (int64_t o = 0; o < outputs; ++o) {
    double sum = 0, squares = 0;
    for (int64_t r = 0; r < rows; ++r) {
      double difference = 0;
      for (int64_t c = 0; c < columns; ++c) {
        const int64_t i = c * outputs + o;
        difference += v(i) * x[r * columns + c] - double{w.as<float>()[i]} * f[r * columns + c];
      }
      sum += difference;
      squares += difference * difference;
    }
    error += squares - sum * sum / double(rows);
  }
  return error;
}

class FitWeights : public testing::Test {
 protected:
  static constexpr int64_t kColumns = 24, kOutputs = 200;

  FitWeights()
      : rows_(correlated_rows(500, kColumns)),
        weights_(random_floats(Shape{kColumns, kOutputs}, 3)),
        layout_(node_of("MatMul"), weights_.shape()),
        nearest_(quantize_weights(weights_, layout_, QuantizationScheme::int8, 1, {})) {}

  QuantizedWeights rounded(const InputMoments& moments, int threads) const {
    QuantizedWeights result{Tensor(DType::i8, weights_.shape()), nearest_.scale};
    WeightFit(moments, true, threads).round(weights_, layout_, result);
    return result;
  }

  double error_of(const QuantizedWeights& q) const {
    return output_error(rows_, rows_, weights_,
                        [&](int64_t i) { return double(q.numbers.as<int8_t>()[i]) * q.scale[i % kOutputs]; });
  }

  std::vector<float> rows_;
  Tensor weights_;
  WeightLayout layout_;
  QuantizedWeights nearest_;
};

TEST_F(FitWeights, OutputsAreCloserThanByRoundingToNearest) {
  const QuantizedWeights fitted = rounded(moments_of(rows_, rows_, kColumns), 1);
  EXPECT_LT(error_of(fitted), 0.5 * error_of(nearest_));
  for (int64_t i = 0; i < weights_.elems(); ++i) ASSERT_GE(fitted.numbers.as<int8_t>()[i], -127);
}

TEST_F(FitWeights, TheSameForAnyNumberOfThreads) {
  const InputMoments moments = moments_of(rows_, rows_, kColumns);
  const QuantizedWeights one = rounded(moments, 1), three = rounded(moments, 3);
  EXPECT_TRUE(
      std::equal(one.numbers.as<int8_t>(), one.numbers.as<int8_t>() + weights_.elems(), three.numbers.as<int8_t>()));
}

TEST_F(FitWeights, NearestWhereColumnsHaveNothingInCommon) {
  InputMoments moments = moments_of(rows_, rows_, kColumns);
  InputMoments::Block& block = moments.blocks[0];
  std::fill(block.x.begin(), block.x.end(), 0);
  for (int64_t i = 0; i < kColumns; ++i) {
    for (int64_t j = 0; j < i; ++j) block.moments[i * kColumns + j] = 0;
  }
  const QuantizedWeights fitted = rounded(moments, 1);
  for (int64_t i = 0; i < weights_.elems(); ++i) {
    ASSERT_EQ(fitted.numbers.as<int8_t>()[i], nearest_.numbers.as<int8_t>()[i]) << i;
  }
}

TEST_F(FitWeights, NumbersStayInRangeWithClippingScales) {
  QuantizedWeights small{Tensor(DType::i8, weights_.shape()), nearest_.scale};
  for (float& scale : small.scale) scale /= 4;
  WeightFit(moments_of(rows_, rows_, kColumns), true, 1).round(weights_, layout_, small);
  const auto* numbers = small.numbers.as<int8_t>();
  EXPECT_EQ(*std::min_element(numbers, numbers + weights_.elems()), -127);
  EXPECT_EQ(*std::max_element(numbers, numbers + weights_.elems()), 127);
}

TEST_F(FitWeights, ColumnsThatHardlyChange) {
  std::vector<float> constant = rows_;
  for (size_t i = 0; i < constant.size(); ++i) constant[i] = 0.7F * float(i % kColumns) + 1e-4F * rows_[i];
  const InputMoments moments = moments_of(rows_, constant, kColumns);
  const WeightFit fit(moments, true, 1);
  const Tensor adjusted = fit.adjusted(weights_, layout_);
  QuantizedWeights fitted{Tensor(DType::i8, weights_.shape()), nearest_.scale};
  fit.round(weights_, layout_, fitted);
  for (int64_t i = 0; i < weights_.elems(); ++i) {
    ASSERT_TRUE(std::isfinite(adjusted.as<float>()[i])) << i;
    ASSERT_LE(std::abs(fitted.numbers.as<int8_t>()[i] - nearest_.numbers.as<int8_t>()[i]), 8) << i;
  }
}

TEST_F(FitWeights, AdjustedToCoarseInputs) {
  std::vector<float> coarse = rows_;
  for (float& value : coarse) value = 2 * std::nearbyint(value / 2);
  const InputMoments moments = moments_of(rows_, coarse, kColumns);
  const Tensor adjusted = WeightFit(moments, true, 2).adjusted(weights_, layout_);
  const auto own = [&](int64_t i) { return double{weights_.as<float>()[i]}; };
  const auto fitted = [&](int64_t i) { return double{adjusted.as<float>()[i]}; };
  EXPECT_LT(output_error(rows_, coarse, weights_, fitted), 0.8 * output_error(rows_, coarse, weights_, own));
}

TEST_F(FitWeights, BiasesTakeTheMeanDifference) {
  const InputMoments moments = moments_of(rows_, rows_, kColumns);
  const std::vector<double> difference = mean_difference(weights_, nearest_, layout_, moments);
  double expected = 0;
  for (int64_t c = 0; c < kColumns; ++c) {
    const int64_t i = c * kOutputs;
    const double error = weights_.as<float>()[i] - double(nearest_.numbers.as<int8_t>()[i]) * nearest_.scale[0];
    expected += error * moments.blocks[0].x[c] / double(moments.rows);
  }
  EXPECT_NEAR(difference[0], expected, 1e-9);
}

}  // namespace
}  // namespace convoy::quantizer
