// Measured times of a program's layers (the steps of its plan), as tables and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/measure.h"
#include "plan/plan.h"

namespace convoy::cli {

struct LayerTime {
  const PlanStep* step;
  Latency ns;

  double ms() const { return ns.median / 1e6; }
  /// Of the direct computation, whatever the kernel does; 0 without multiply-accumulates.
  double gflops() const { return ns.median > 0 ? 2.0 * static_cast<double>(step->macs) / ns.median : 0; }
};

/// Measures every step over the same runs.
std::vector<LayerTime> time_layers(Context& context, const Plan& plan, const MeasureOptions& options);

/// Sum of the layers' medians.
double total_ns(const std::vector<LayerTime>& layers);

/// The "layers" of `bench --json`.
nlohmann::ordered_json layers_json(const std::vector<LayerTime>& layers);

/// Which family a kernel belongs to: its name up to the element type, "conv2d_direct_f32_14x2_avx512" ->
/// "conv2d_direct".
std::string kernel_kind(const std::string& impl);

/// "64.0 MB allowed, 61.2 MB taken by ...; 3% slower for it": of a plan made for --max-memory.
std::string limit_text(const Plan& plan);

/// Writes JSON, indented, to a temporary name and renames.
void write_json(const std::string& path, const nlohmann::ordered_json& json);
/// For --save-plan: the choice that the plan was made by.
void save_plan(const std::string& path, const Plan& plan);

/// Runs the program of a tile or strip for a second and prints what its time is spent on; `pixels`: of the image, a
/// run.
void print_layer_rates(const Program& program, int64_t pixels);

}  // namespace convoy::cli
