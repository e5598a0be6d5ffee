#include "runtime/compare.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "choose/prologues.h"
#include "ops/cast.h"
#include "runtime/compile.h"
#include "runtime/program_data.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {
namespace {

/// Equal infinities and NaN in both places are no difference.
double distance(double got, double expected) {
  if (got == expected || (std::isnan(got) && std::isnan(expected))) return 0;
  const double distance = std::abs(got - expected);
  return std::isnan(distance) ? std::numeric_limits<double>::infinity() : distance;
}

template <class T>
double element(const Tensor& tensor, int64_t index) {
  return static_cast<double>(tensor.as<T>()[index]);
}

/// The program with its plan changed by the hook.
Program apply_hook(const Program& program, const std::function<void(Plan&)>& hook) {
  if (!hook) return program;
  auto data = std::make_shared<detail::ProgramData>(program.data());
  hook(data->plan);
  for (size_t i = 0; i < data->plan.steps.size(); ++i) {
    if (data->plan.steps[i].kernel < 0) data->step_kernels[i] = nullptr;
  }
  return Program(std::move(data));
}

/// Outputs of one run by their names.
std::map<std::string, Tensor> run(const Program& program, const std::vector<Tensor>& inputs) {
  Context context(program);
  for (size_t i = 0; i < inputs.size(); ++i) {
    throw_if_failed(context.bind_input(static_cast<int>(i), inputs[i]));
  }
  context.run();
  std::map<std::string, Tensor> outputs;
  for (size_t i = 0; i < program.outputs().size(); ++i) {
    outputs[program.outputs()[i].name] = context.output(static_cast<int>(i));
  }
  return outputs;
}

/// A group's results that the rest of the network sees.
std::vector<ValueId> results_of(const GroupedGraph& grouped, const Group& group) {
  return group.epilogue.empty() ? grouped.graph.nodes[group.anchor].outputs : std::vector<ValueId>{group.output};
}

/// The graph with every group's results as outputs, too.
Graph with_all_results(const GroupedGraph& grouped) {
  Graph graph = grouped.graph;
  std::set<ValueId> outputs(graph.outputs.begin(), graph.outputs.end());
  for (const Group& group : grouped.groups) {
    for (ValueId id : results_of(grouped, group)) {
      if (!graph.is_constant(id) && outputs.insert(id).second) graph.outputs.push_back(id);
    }
  }
  return graph;
}

/// Results are stored as in `grouped`, though they are outputs now.
Program compile_with_all_results(const GroupedGraph& grouped, const CompileOptions& options) {
  GroupedGraph all = make_groups(run_passes(with_all_results(grouped)), options.precision);
  std::set<std::string> as_bf16;
  for (ValueId id : grouped.stored_as_bf16) as_bf16.insert(grouped.graph.value(id).name);
  for (ValueId id : all.graph.outputs) {
    if (as_bf16.contains(all.graph.value(id).name)) all.stored_as_bf16.insert(id);
  }
  return compile_plan(plan_network(std::move(all), make_target(options), options), options);
}

/// Kernels of the steps that belong to a group: "conv1" has "conv1" and "conv1.transform".
std::string kernels_of(const Plan& plan, const std::string& group) {
  std::string text;
  for (const PlanStep& step : plan.steps) {
    const bool own = step.name == group || (step.name.starts_with(group) && step.op != "layout" &&
                                            step.name.size() > group.size() && step.name[group.size()] == '.');
    if (own) text += (text.empty() ? "" : " + ") + step.impl;
  }
  return text;
}

/// What the reference loops make of every value. In a bf16 network they get what the program computed, where it is
/// stored as bf16: roundings that differ would add up to more than what a wrong kernel does.
std::vector<Tensor> expected_values(const GroupedGraph& grouped, const std::vector<Tensor>& inputs,
                                    const std::map<std::string, Tensor>& got) {
  std::vector<Tensor> expected(grouped.graph.values.size());
  std::vector<Tensor> fed = evaluate(grouped.graph, inputs, true, [&](ValueId id, Tensor& value) {
    const auto computed = got.find(grouped.graph.value(id).name);
    if (!grouped.stored_as_bf16.contains(id) || computed == got.end()) return;
    expected[id] = cast_to(value, DType::bf16);
    value = cast_to(computed->second, DType::f32);
  });
  for (size_t id = 0; id < fed.size(); ++id) {
    if (expected[id].empty()) expected[id] = std::move(fed[id]);
  }
  return expected;
}

std::vector<ComparedLayer> compare_all_layers(const GroupedGraph& grouped, const std::vector<Tensor>& inputs,
                                              const CompareOptions& options) {
  const Program program = apply_hook(compile_with_all_results(grouped, options.compile), options.plan_hook);
  const auto got = run(program, inputs);
  const std::vector<Tensor> expected = expected_values(grouped, inputs, got);
  std::vector<ComparedLayer> layers;
  for (const Group& group : grouped.groups) {
    for (ValueId id : results_of(grouped, group)) {
      const Value& value = grouped.graph.value(id);
      const auto found = got.find(value.name);
      if (found == got.end()) continue;  // a constant
      layers.push_back({group.name, grouped.graph.nodes[group.anchor].op->name(),
                        kernels_of(program.data().plan, group.name), value.name, grouped.stored_type(id),
                        difference(found->second, expected[id])});
    }
  }
  return layers;
}

std::vector<ComparedLayer> compare_outputs(const Graph& imported, const Program& program,
                                           const std::vector<Tensor>& inputs) {
  const auto got = run(program, inputs);
  const std::vector<Tensor> expected = evaluate(imported, inputs);
  std::vector<ComparedLayer> outputs;
  for (ValueId id : imported.outputs) {
    const Value& value = imported.value(id);
    outputs.push_back({value.name, "output", "", value.name, value.type, difference(got.at(value.name), expected[id])});
  }
  return outputs;
}

}  // namespace

Difference difference(const Tensor& got, const Tensor& expected) {
  if (got.shape() != expected.shape()) internal_error("{} compared with {}", got.type().str(), expected.type().str());
  Difference result;
  visit_dtype(got.dtype(), [&]<class Got>() {
    visit_dtype(expected.dtype(), [&]<class Expected>() {
      for (int64_t i = 0; i < got.elems(); ++i) {
        const double reference = element<Expected>(expected, i);
        const double delta = distance(element<Got>(got, i), reference);
        if (std::isfinite(reference)) result.max_expected = std::max(result.max_expected, std::abs(reference));
        if (delta > result.max_abs) {
          result.max_abs = delta;
          result.at = i;
        }
      }
    });
  });
  return result;
}

Comparison compare_layers(const Graph& imported, const std::vector<Tensor>& inputs, const CompareOptions& options) {
  const Program program = apply_hook(compile_graph(imported, options.compile), options.plan_hook);
  Comparison comparison;
  comparison.outputs = compare_outputs(imported, program, inputs);
  const Target target = make_target(options.compile);
  const GroupedGraph grouped = fuse_prologues(make_groups(run_passes(imported), options.compile.precision), target,
                                              choice_options(options.compile, target));
  comparison.layers = compare_all_layers(grouped, inputs, options);
  return comparison;
}

const ComparedLayer* first_difference(const Comparison& comparison, double tolerance) {
  for (const auto* rows : {&comparison.layers, &comparison.outputs}) {
    for (const ComparedLayer& row : *rows) {
      if (row.difference.relative() > tolerance) return &row;
    }
  }
  return nullptr;
}

}  // namespace convoy
