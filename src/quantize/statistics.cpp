#include "quantize/statistics.h"

#include "support/error.h"
#include "support/parallel_for.h"

namespace convoy::quantizer {
namespace {

void add_sums(const Tensor& tensor, AxisMeans& means) {
  const Shape& shape = tensor.shape();
  means.means.resize(shape[means.axis]);
  int64_t inner = 1;
  for (int axis = means.axis + 1; axis < shape.rank(); ++axis) inner *= shape[axis];
  const int64_t channels = shape[means.axis], rows = shape.elems() / std::max<int64_t>(inner, 1);
  for (int64_t row = 0; row < rows; ++row) {
    const float* data = tensor.as<float>() + row * inner;
    double sum = 0;
    for (int64_t i = 0; i < inner; ++i) sum += data[i];
    means.means[row % channels] += sum;
  }
}

/// From sums over all samples to means.
void divide(AxisMeans& means, const Shape& shape, int64_t samples) {
  const int64_t elems = shape.elems() * samples;
  for (double& mean : means.means) mean *= elems ? static_cast<double>(means.means.size()) / double(elems) : 0;
}

}  // namespace

void gather_statistics(ProbedProgram& network, const Samples& samples, int threads,
                       const std::function<void(const std::string&)>& progress, Statistics& statistics) {
  std::vector<std::pair<const std::string, Histogram>*> histograms;
  for (auto& entry : statistics.histograms) histograms.push_back(&entry);
  std::vector<std::pair<const std::string, AxisMeans>*> means;
  for (auto& entry : statistics.means) means.push_back(&entry);
  for (int64_t i = 0; i < samples.count; ++i) {
    if (progress) progress(fmt::format("sample {} of {}", i + 1, samples.count));
    network.run(samples.read(i, network.inputs(), network.outputs()));
    parallel_for(histograms.size(), threads, [&](size_t k) {
      auto& [value, histogram] = *histograms[k];
      const Tensor& tensor = network.value(value);
      if (histogram.add({tensor.as<float>(), static_cast<size_t>(tensor.elems())})) return;
      invalid_input("sample {} gives '{}' values that are not finite", i + 1, value);
    });
    parallel_for(means.size(), threads, [&](size_t k) { add_sums(network.value(means[k]->first), means[k]->second); });
  }
  for (auto* entry : means) divide(entry->second, network.type(entry->first).shape, samples.count);
}

}  // namespace convoy::quantizer
