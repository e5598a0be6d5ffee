// 128-bit non-cryptographic hash (xxh3) as 32 hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace convoy {

std::string hash_hex(std::string_view bytes);

}  // namespace convoy
