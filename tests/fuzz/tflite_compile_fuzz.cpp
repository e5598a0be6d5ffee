// libFuzzer target: the same for TFLite as onnx_compile_fuzz: any bytes must give a plan or an Error.
//   tflite_compile_fuzz -max_len=262144 -timeout=20 -rss_limit_mb=4096 CORPUS tests/data
#include <cstring>

#include "mutate_tflite.h"
#include "plan_model.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t bytes, size_t max_bytes);

/// Half of the mutations are of bytes, half of numbers in the model.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t bytes, size_t max_bytes, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, bytes, max_bytes);
  const std::string mutated = convoy::mutate_tflite({reinterpret_cast<const char*>(data), bytes}, random);
  if (mutated.empty() || mutated.size() > max_bytes) return LLVMFuzzerMutate(data, bytes, max_bytes);
  std::memcpy(data, mutated.data(), mutated.size());
  return mutated.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  convoy::plan_or_error(data, bytes);
  return 0;
}
