// Which format a model file has.
#pragma once

#include <string>

namespace convoy {

class MappedFile;

/// By the file's content; by its name only where the content is of no known format.
bool is_tflite_file(const std::string& path, const MappedFile& file);

}  // namespace convoy
