// Damaged models: thousands of seeded mutations of sound ones must import or give an Error, in little time and
// memory.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace convoy {

/// The bytes of a file of tests/data.
std::string read_model(const std::string& name);

/// Imports 1,000 mutations of `model`, of bytes at `places`, in processes that may not use much. `import` may
/// throw Errors, but for internal ones. A failure prints the line that repeats it alone with `program`.
void expect_import_or_error(const std::string& model, const std::vector<size_t>& places, const std::string& program,
                            const std::function<void(const std::string&)>& import);

}  // namespace convoy
