#include "frontends/format.h"

#include "frontends/mapped_file.h"
#include "frontends/tflite/model_file.h"

namespace convoy {

bool is_tflite_file(const std::string& path, const MappedFile& file) {
  return tflite_frontend::is_tflite(file.data(), file.bytes()) || path.ends_with(".tflite");
}

}  // namespace convoy
