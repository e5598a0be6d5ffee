// ONNX's backend tests: every case of cases.txt on every back end. A case in a back end's skip list must fail:
// one that has come to pass fails the suite, so that the list stays true.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <map>

#include "conformance/backends.h"
#include "conformance/compare.h"
#include "conformance/node_case.h"
#include "support/error.h"

namespace convoy::conformance {
namespace {

const std::string kDataRoot = CONVOY_ONNX_TEST_DATA;
const std::string kHere = CONVOY_CONFORMANCE_DIR;

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

/// "KIND/NAME: reason" lines by case.
std::map<std::string, std::string> read_skips(const std::string& path) {
  std::map<std::string, std::string> skips;
  for (const std::string& line : read_lines(path)) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error(path + ": '" + line + "' gives no reason");
    skips[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return skips;
}

struct Parameter {
  const Backend* backend;
  std::string name;
  std::string skip_reason;  ///< "" when the case must pass
};

/// How GoogleTest prints the parameter of a failed test.
void PrintTo(const Parameter& parameter, std::ostream* out) {
  *out << parameter.backend->name << " " << parameter.name;
}

std::vector<Parameter> parameters() {
  std::vector<Parameter> parameters;
  for (const Backend& backend : backends()) {
    std::map<std::string, std::string> skips = read_skips(kHere + "/" + backend.skips);
    for (const std::string& name : read_lines(kHere + "/cases.txt")) {
      parameters.push_back({&backend, name, skips[name]});
      skips.erase(name);
    }
    if (!skips.empty()) throw std::runtime_error(skips.begin()->first + " is skipped but no case");
  }
  return parameters;
}

/// "" when the case passes, else why not.
std::string failure(const Parameter& parameter) {
  try {
    const NodeCase node_case = load_case(kDataRoot, parameter.name);
    for (const DataSet& data : node_case.data_sets) {
      const ImportedCase imported = import_case(node_case, data);
      const std::vector<Tensor> outputs = parameter.backend->run(imported.graph, imported.inputs);
      const size_t expected = imported.outputs.size();
      if (outputs.size() != expected) return fmt::format("{} outputs, expected {}", outputs.size(), expected);
      for (size_t i = 0; i < outputs.size(); ++i) {
        const std::string found = difference(outputs[i], imported.outputs[i]);
        if (!found.empty()) return fmt::format("{}: output {} {}", data.folder, i, found);
      }
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class OnnxNode : public testing::TestWithParam<Parameter> {};

TEST_P(OnnxNode, Conforms) {
  if (kDataRoot.empty()) GTEST_SKIP() << "libonnx-testdata was not found when Convoy was configured";
  const Parameter& parameter = GetParam();
  const std::string failed = failure(parameter);
  if (parameter.skip_reason.empty()) {
    if (!failed.empty()) ADD_FAILURE() << parameter.name << ": " << failed;
  } else if (failed.empty()) {
    ADD_FAILURE() << parameter.name << " passes: take it off " << parameter.backend->skips;
  } else {
    GTEST_SKIP() << parameter.skip_reason << " (" << failed << ")";
  }
}

std::string test_name(const testing::TestParamInfo<Parameter>& info) {
  std::string name = fmt::format("{}_{}", info.param.backend->name, info.param.name);
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(, OnnxNode, testing::ValuesIn(parameters()), test_name);

}  // namespace
}  // namespace convoy::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
  std::printf("%d cases: %d pass, %d are skipped, %d fail\n", tests.test_to_run_count(), tests.successful_test_count(),
              tests.skipped_test_count(), tests.failed_test_count());
  return result;
}
