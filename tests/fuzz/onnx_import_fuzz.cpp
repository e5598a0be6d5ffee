// libFuzzer target: any bytes must import or give an Error.
//   onnx_import_fuzz -max_len=65536 CORPUS tests/data
#include <cstdint>
#include <cstdlib>

#include "frontends/onnx/import.h"
#include "support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  try {
    convoy::onnx_frontend::import_bytes(data, bytes, "fuzz.onnx");
  } catch (const convoy::Error& error) {
    if (error.kind() == convoy::ErrorKind::internal) std::abort();
  }
  return 0;
}
