// Damaged models: thousands of seeded mutations of sound ones must import or give an Error, in little time and
// memory.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace convoy {

/// The bytes of a file of tests/data.
std::string read_model(const std::string& name);

/// The damaged model of a seed.
using Mutation = std::function<std::string(unsigned seed)>;

/// Of bytes of `model` at `places`: flipped bits, other bytes, parts copied elsewhere; or the end cut off.
Mutation byte_mutations(const std::string& model, const std::vector<size_t>& places);

/// `model` with one number changed; "" when there is none.
using NumberChange = std::string (*)(const std::string& model, std::mt19937& random);

/// Changes one number of `model`, and up to seven more.
Mutation number_mutations(const std::string& model, NumberChange change);

/// Imports the mutations of 1,000 seeds, in processes that may not use much. `import` may throw Errors, but for
/// internal ones. A failure prints the line that repeats it alone with `program`.
void expect_import_or_error(const Mutation& mutation, const std::string& program,
                            const std::function<void(const std::string&)>& import);

}  // namespace convoy
