// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace convoy::cli {

/// Three significant digits without an exponent: "0.0123", "1.23", "12.3", "1230".
std::string three_digits(double value);
/// "12.3 MB" (powers of 1000), "950 B".
std::string bytes_text(int64_t bytes);
/// "11.7 M", "950": a count, powers of 1000.
std::string count_text(double count);
/// "5.20 ms", "12.3 us", "1.50 s".
std::string time_text(double ns);

}  // namespace convoy::cli
