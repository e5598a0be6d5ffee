#include "codegen/llvm/hash.h"

#include <fmt/format.h>
#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/xxhash.h>

namespace convoy {

std::string hash_hex(std::string_view bytes) {
  const auto hash = llvm::xxh3_128bits({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace convoy
