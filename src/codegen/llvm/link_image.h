// From an object file to an image that only has to be copied into executable memory.
#pragma once

#include <string>
#include <string_view>

namespace convoy {

/// Lays out the code and the constants of an ELF object (x86-64, little-endian) that defines the one function
/// `symbol`, and resolves the references between them. The image is position-independent, wants 64-byte alignment,
/// and begins with the function. Throws an internal Error when the object refers to anything outside of itself.
std::string link_image(std::string_view object, const std::string& symbol);

}  // namespace convoy
