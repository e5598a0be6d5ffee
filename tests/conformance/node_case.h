// One case of the ONNX backend tests: a model of a few nodes with sets of inputs and expected outputs.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace convoy::conformance {

struct DataSet {
  std::string folder;
  std::vector<Tensor> inputs;  ///< in the order of the model's inputs
  std::vector<Tensor> outputs;
};

struct NodeCase {
  std::string path;  ///< of model.onnx
  onnx::ModelProto model;
  std::vector<DataSet> data_sets;
};

/// Reads a case by its KIND/NAME. Throws Error.
NodeCase load_case(const std::string& root, const std::string& name);

/// A network that can be run, the inputs that it still takes and the outputs that it should compute.
struct ImportedCase {
  Graph graph;
  std::vector<Tensor> inputs, outputs;
};

/// Imports the model for one data set. Inputs that Convoy needs to know when it compiles (the shape of a
/// Reshape) become constants with the values of the data set. Throws Error.
ImportedCase import_case(const NodeCase& node_case, const DataSet& data);

}  // namespace convoy::conformance
