#include "cli/report.h"

#include <string_view>
#include <tuple>

#include "support/error.h"

namespace convoy::cli {
namespace {

using Json = nlohmann::ordered_json;

Json layer_json(const LayerTime& layer) {
  const PlanStep& step = *layer.step;
  return {{"name", step.name},     {"op", step.op},
          {"detail", step.detail}, {"output", step.output.shape.str()},
          {"kernel", step.impl},   {"kind", kernel_kind(step.impl)},
          {"ms", layer.ms()},      {"gflops", layer.gflops()},
          {"macs", step.macs},     {"bytes", step.bytes}};
}

Json candidate_json(const Considered& candidate) {
  return {{"impl", candidate.impl}, {"ms", candidate.known_ns() / 1e6}, {"measured", candidate.measured.has_value()}};
}

/// The pick and the fastest of the others, measured ones first, of a choice that had others.
Json choice_json(const GroupChoice& choice) {
  const Considered *pick = nullptr, *next = nullptr;
  const auto order = [](const Considered& c) { return std::tuple(!c.measured, c.known_ns()); };
  for (const Considered& candidate : choice.candidates) {
    if (!candidate.refusal.empty()) continue;
    const Considered*& best = candidate.impl == choice.picked ? pick : next;
    if (!best || order(candidate) < order(*best)) best = &candidate;
  }
  if (!pick || !next) return {};
  return {{"group", choice.group}, {"pick", candidate_json(*pick)}, {"runner_up", candidate_json(*next)}};
}

/// Each with its first layer: the steps of a group stand one behind the other.
Json choices_json(const Plan& plan) {
  Json choices = Json::array();
  int32_t last = -1;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const int32_t index = plan.steps[i].choice;
    if (index < 0 || index == last) continue;
    last = index;
    Json choice = choice_json(plan.choices[index]);
    if (choice.is_null()) continue;
    choice["layer"] = i;
    choices.push_back(std::move(choice));
  }
  return choices;
}

Json buffers_json(const Plan& plan) {
  Json buffers = Json::array();
  for (const ArenaBuffer& buffer : plan.arena_buffers) {
    buffers.push_back(
        {{"name", buffer.name}, {"bytes", buffer.bytes}, {"first", buffer.first_step}, {"last", buffer.last_step}});
  }
  return buffers;
}

Json bandwidths_json(const std::vector<Bandwidth>& bandwidths) {
  Json json = Json::array();
  for (const Bandwidth& bandwidth : bandwidths) {
    json.push_back({{"level", bandwidth.level}, {"gbytes_per_s", bandwidth.gbytes_per_s}});
  }
  return json;
}

}  // namespace

Json report_json(const CompiledModel& model, const Profile& profile) {
  const Plan& plan = model.plan();
  const Latency& ms = profile.run_ms;
  Json layers = Json::array();
  for (const LayerTime& layer : profile.layers) layers.push_back(layer_json(layer));
  return {{"model", model.name},
          {"precision", to_string(model.plan().precision)},
          {"target", target_text(model.isa())},
          {"threads", model.program.threads()},
          {"latency_ms", {{"median", ms.median}, {"p10", ms.p10}, {"p90", ms.p90}, {"runs", ms.runs}}},
          {"macs", plan.macs},
          {"gflops", 2.0 * static_cast<double>(plan.macs) / (ms.median * 1e6)},
          {"peak_gflops", profile.peak_gflops},
          {"bandwidths", bandwidths_json(profile.bandwidths)},
          {"memory",
           {{"arena_bytes", plan.arena_bytes},
            {"peak_live_bytes", plan.peak_live_bytes},
            {"weights_bytes", plan.weights_bytes},
            {"scratch_bytes", plan.scratch_bytes * plan.target.threads}}},
          {"layers", std::move(layers)},
          {"buffers", buffers_json(plan)},
          {"choices", choices_json(plan)}};
}

std::string report_page(const Json& data) {
  static constexpr std::string_view kPlace = "@DATA@";
  std::string page = kReportTemplate;
  const size_t place = page.find(kPlace);
  if (place == std::string::npos) internal_error("the report's template has no place for the data");
  std::string text;
  // A name that holds "</script>" would end the data.
  for (char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    text += c == '<' ? "\\u003c" : std::string(1, c);
  }
  return page.replace(place, kPlace.size(), text);
}

}  // namespace convoy::cli
