// The passes, in order: the table of contents of this folder.
#include "passes/common_subexpressions.h"
#include "passes/drop_expand.h"
#include "passes/fold_batch_norm.h"
#include "passes/fold_pad.h"
#include "passes/fold_quantization.h"
#include "passes/fold_transpose.h"
#include "passes/hoist_elementwise.h"
#include "passes/lower_quantization.h"
#include "passes/passes.h"
#include "passes/recognise_activations.h"
#include "passes/recognise_channel_shuffle.h"
#include "passes/simplify_arithmetic.h"
#include "passes/simplify_movement.h"
#include "passes/sink_transpose.h"
#include "passes/straight_tables.h"

namespace convoy {
namespace {

class Pipeline {
 public:
  Pipeline(Graph graph, const PassObserver& observer) : graph_(std::move(graph)), observer_(observer) {}

  void run(const char* name, Graph (*pass)(const Graph&)) {
    graph_ = with_context(name, [&] { return pass(graph_); });
    check(graph_, name);
    if (observer_) observer_(name, graph_);
  }
  Graph take() && { return std::move(graph_); }

 private:
  Graph graph_;
  const PassObserver& observer_;
};

}  // namespace

Graph run_passes(Graph graph, const PassObserver& observer) {
  Pipeline pipeline(std::move(graph), observer);

  // First: equal operands have to be one value for the patterns below, x in x * sigmoid(x) for example.
  pipeline.run("common_subexpressions", common_subexpressions);
  // Before simplify_movement: it writes transpositions of few elements as reshapes, which hide them.
  pipeline.run("sink_transpose", sink_transpose);
  pipeline.run("simplify_movement", simplify_movement);
  // Before arithmetic is simplified: what quantize and dequantize become looks like any other.
  pipeline.run("fold_quantization", fold_quantization);
  pipeline.run("lower_quantization", lower_quantization);
  pipeline.run("straight_tables", straight_tables);
  pipeline.run("recognise_channel_shuffle", recognise_channel_shuffle);
  pipeline.run("drop_expand", drop_expand);
  pipeline.run("simplify_arithmetic", simplify_arithmetic);
  // Before fold_batch_norm: it would fold the addition of 3 in x * clip(x + 3, 0, 6) / 6 where x + 3 is all
  // that is read of a convolution.
  pipeline.run("recognise_activations", recognise_activations);

  // Before fold_batch_norm as well, which takes in what is hoisted to a convolution.
  pipeline.run("hoist_elementwise", hoist_elementwise);
  pipeline.run("fold_pad", fold_pad);
  pipeline.run("fold_transpose", fold_transpose);
  pipeline.run("fold_batch_norm", fold_batch_norm);

  // Again: what folding left behind has new neighbours.
  pipeline.run("simplify_movement", simplify_movement);
  pipeline.run("simplify_arithmetic", simplify_arithmetic);
  pipeline.run("common_subexpressions", common_subexpressions);
  return std::move(pipeline).take();
}

}  // namespace convoy
