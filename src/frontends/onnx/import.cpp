#include "frontends/onnx/import.h"

#include "frontends/mapped_file.h"
#include "frontends/onnx/graph_import.h"
#include "frontends/onnx/model_proto.h"

namespace convoy::onnx_frontend {

Graph import_file(const std::string& path, const ImportOptions& options) {
  return with_context(path, [&] { return import_model(parse_model(*MappedFile::open(path)), path, options); });
}

Graph import_bytes(const void* data, size_t bytes, const std::string& path, const ImportOptions& options) {
  return with_context(path, [&] { return import_model(parse_model(data, bytes), path, options); });
}

}  // namespace convoy::onnx_frontend
