// Comparison of a computed tensor with the expected one.
#pragma once

#include <convoy/tensor.h>

#include <string>

namespace convoy::conformance {

/// "" when equal within the tolerance of the element type, else what differs first and how many elements do.
/// Integers and bools must be equal. Floats may differ by 1e-5 and 1e-5 of the expected value; f16 and bf16 by
/// two units in the last place.
std::string difference(const Tensor& found, const Tensor& expected);

}  // namespace convoy::conformance
