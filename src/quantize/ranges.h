// From what values occur to scale and zero point.
#pragma once

#include <convoy/quantize.h>

#include <span>

#include "quantize/histogram.h"

namespace convoy::quantizer {

/// The numbers that a type has, as quantisations use it.
struct NumberRange {
  int32_t low, high;
};

NumberRange number_range(DType dtype);

/// Asymmetric: scale = (high - low) / 255 and the zero point that has 0 exactly. The range is widened to hold 0.
ValueQuantization quantization_of_range(double low, double high, DType dtype);

/// The smallest power of two that is not less than `scale`, within what f32 has as normal numbers.
float power_of_two_above(double scale);

/// The quantisation of an activation: of u8, or with powers of two of i8 without a zero point. `percentile` is that of
/// RangeMethod::percentile.
ValueQuantization choose_quantization(const Histogram& values, QuantizationScheme scheme, RangeMethod method,
                                      double percentile);

/// Sum of the squared errors that a quantisation makes of the values.
double squared_error(std::span<const Histogram::Bin> bins, const ValueQuantization& quantization);

}  // namespace convoy::quantizer
