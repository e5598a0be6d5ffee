#include "choose/saved_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/error.h"

namespace convoy {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

template <class T>
T required(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) invalid_input("'{}' is missing", key);
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    invalid_input("'{}' is {}, which is not what belongs there", key, found->dump());
  }
}

SavedLayer read_layer(const Json& json) {
  if (!json.is_object()) invalid_input("a layer is {}, not an object", json.dump());
  SavedLayer layer{.name = required<std::string>(json, "name")};
  return with_context("layer '" + layer.name + "'", [&] {
    layer.impl = required<std::string>(json, "implementation");
    if (json.contains("reads")) layer.reads = required<std::vector<std::string>>(json, "reads");
    return layer;
  });
}

SavedPlan read_plan(const Json& json) {
  if (!json.is_object() || !json.contains("layers")) invalid_input("is not a plan of convoy");
  if (const int version = required<int>(json, "version"); version != kVersion) {
    invalid_input("is a plan of version {}, this program reads version {}", version, kVersion);
  }
  SavedPlan plan{.network = required<std::string>(json, "network"), .isa = required<std::string>(json, "isa")};
  plan.threads = required<int>(json, "threads");
  if (!json["layers"].is_array()) invalid_input("'layers' is not a list");
  std::set<std::string> names;
  for (const Json& layer : json["layers"]) {
    plan.layers.push_back(read_layer(layer));
    if (!names.insert(plan.layers.back().name).second)
      invalid_input("layer '{}' is there twice", plan.layers.back().name);
  }
  return plan;
}

/// Names in a model may be any bytes; what is no UTF-8 is replaced.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// In milliseconds, without digits that mean nothing.
double microseconds(double ms) {
  return std::round(ms * 1e4) / 1e4;
}

}  // namespace

const SavedLayer* SavedPlan::find(const std::string& name) const {
  const auto found = std::ranges::find(layers, name, &SavedLayer::name);
  return found == layers.end() ? nullptr : &*found;
}

std::string to_json_text(const SavedPlan& plan) {
  // A layer a line: what people compare and edit.
  std::string layers;
  for (const SavedLayer& layer : plan.layers) {
    Json json{{"name", layer.name}, {"operator", layer.op}};
    if (!layer.reads.empty()) json["reads"] = layer.reads;
    json["implementation"] = layer.impl;
    json["ms"] = microseconds(layer.ms);
    for (const auto& [impl, ms] : layer.others) json["others"][impl] = microseconds(ms);
    layers += (layers.empty() ? "    " : ",\n    ") + text_of(json);
  }
  return fmt::format(
      "{{\n  \"version\": {},\n  \"network\": {},\n  \"isa\": {},\n  \"threads\": {},\n  \"layers\": [\n{}\n  ]\n}}\n",
      kVersion, text_of(plan.network), text_of(plan.isa), plan.threads, layers);
}

SavedPlan read_saved_plan(const std::string& path) {
  return with_context(path, [&] {
    std::ifstream file(path);
    if (!file) invalid_input("the file cannot be read");
    constexpr int kDeepest = 8;  // what lies deeper, no plan has; to print it could overflow the stack
    const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth < kDeepest; };
    const Json json = Json::parse(file, shallow, /*allow_exceptions=*/false);
    if (json.is_discarded()) invalid_input("is not JSON");
    return read_plan(json);
  });
}

}  // namespace convoy
