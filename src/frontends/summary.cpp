#include "frontends/summary.h"

#include "frontends/format.h"
#include "frontends/mapped_file.h"
#include "frontends/onnx/summary.h"
#include "frontends/tflite/summary.h"
#include "support/error.h"

namespace convoy {

ModelSummary summarise_model(const std::string& path) {
  return with_context(path, [&] {
    const auto file = MappedFile::open(path);
    return is_tflite_file(path, *file) ? tflite_frontend::summarise(file) : onnx_frontend::summarise(*file);
  });
}

}  // namespace convoy
