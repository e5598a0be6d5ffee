#include "cli/agreement.h"

#include <algorithm>
#include <cmath>

#include "cli/classes.h"
#include "io/convert.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

/// Of a network with one output, a list of class scores. Detectors have lists, too, but several outputs.
bool is_classifier(const std::vector<PortInfo>& outputs) {
  return outputs.size() == 1 && is_class_scores(outputs[0].type);
}

int64_t best_class(const Tensor& scores) {
  const Tensor floats = convert(scores, DType::f32);
  return std::max_element(floats.as<float>(), floats.as<float>() + floats.elems()) - floats.as<float>();
}

void check_label(const SampleFile& file, int64_t classes) {
  if (!file.label || *file.label < classes) return;
  invalid_input("{}: has the label {}, the network has classes 0 to {}", file.path, *file.label, classes - 1);
}

/// Sums of squares: of the float network's outputs, and of their differences from the other's.
struct Noise {
  double signal = 0, noise = 0;

  void add(const Tensor& expected, const Tensor& got) {
    const Tensor a = convert(expected, DType::f64), b = convert(got, DType::f64);
    for (int64_t i = 0; i < a.elems(); ++i) {
      const double value = a.as<double>()[i], distance = value - b.as<double>()[i];
      signal += value * value;
      noise += distance * distance;
    }
  }
};

}  // namespace

Agreement compare_networks(const Program& network, const Program& quantized, const SampleFolder& folder,
                           const Samples& samples) {
  Agreement result{.samples = samples.count, .classifies = is_classifier(network.outputs())};
  const bool labelled = folder.labelled() && result.classifies;
  int64_t float_right = 0, quantized_right = 0;
  Noise noise;
  Context expected(network), got(quantized);
  for (int64_t i = 0; i < samples.count; ++i) {
    const std::vector<Tensor> inputs = samples.read(i, network.inputs(), network.outputs());
    for (Context* context : {&expected, &got}) {
      bind_inputs(*context, inputs);
      context->run();
    }
    for (int k = 0; k < static_cast<int>(network.outputs().size()); ++k) noise.add(expected.output(k), got.output(k));
    if (!result.classifies) continue;
    check_label(folder.files[i], expected.output(0).elems());
    const int64_t wanted = best_class(expected.output(0)), found = best_class(got.output(0));
    result.same += wanted == found ? 1 : 0;
    if (!labelled) continue;
    float_right += wanted == *folder.files[i].label ? 1 : 0;
    quantized_right += found == *folder.files[i].label ? 1 : 0;
  }
  if (labelled) {
    result.float_right = float_right;
    result.quantized_right = quantized_right;
  }
  result.sqnr = 10 * std::log10(noise.signal / noise.noise);
  return result;
}

}  // namespace convoy::cli
