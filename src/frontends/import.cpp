#include "frontends/import.h"

#include "frontends/format.h"
#include "frontends/mapped_file.h"
#include "frontends/onnx/import.h"
#include "frontends/tflite/import.h"
#include "support/error.h"

namespace convoy {

Graph import_model_file(const std::string& path, const ImportOptions& options) {
  const auto file = with_context(path, [&] { return MappedFile::open(path); });
  if (!is_tflite_file(path, *file)) return onnx_frontend::import_file(path, options);
  return with_context(path, [&] { return tflite_frontend::import_model(tflite_frontend::ModelFile(file), options); });
}

Graph import_model_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options) {
  if (tflite_frontend::is_tflite(data, bytes)) return tflite_frontend::import_bytes(data, bytes, path, options);
  return onnx_frontend::import_bytes(data, bytes, path, options);
}

}  // namespace convoy
