// How the sums of quantised networks are rounded to their results.
#pragma once

namespace convoy {

/// Of one operator.
enum class Rounding {
  once,   ///< to the nearest, halves up: TFLite built with TFLITE_SINGLE_ROUNDING
  twice,  ///< the high half of the doubled product, then the shift, halves away from zero: TFLite otherwise
};

/// Of a TFLite network.
enum class NetworkRounding {
  litert,  ///< LiteRT's reference kernels: twice, but once in FULLY_CONNECTED, which they scale in double
  once,
  twice,  ///< TFLite Micro
};

}  // namespace convoy
