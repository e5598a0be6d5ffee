#include "impls/harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "impls/group_runner.h"
#include "impls/placed_tensor.h"
#include "ops/cast.h"

namespace convoy {

namespace {

/// Seed of all random values; another one by CONVOY_TEST_SEED=n.
uint64_t test_seed() {
  const char* text = std::getenv("CONVOY_TEST_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

/// Results of a magnitude below this may be flushed to zero: exp does so.
constexpr double kFlushed = 0x1p-125;

}  // namespace

// Building cases.

Tensor CaseBuilder::random_tensor(const Shape& shape, ValueRange range) {
  Tensor tensor(DType::f32, shape);
  std::uniform_real_distribution<float> values(static_cast<float>(range.low), static_cast<float>(range.high));
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<float>()[i] = values(random_);
  return tensor;
}

ValueId CaseBuilder::input(const Shape& shape, ValueRange range) {
  return input(random_tensor(shape, range));
}

ValueId CaseBuilder::input(Tensor values) {
  const ValueId id = builder_.input("input", values.type());
  input_values_.push_back(std::move(values));
  return id;
}

ValueId CaseBuilder::constant(const Shape& shape, ValueRange range) {
  return constant(random_tensor(shape, range));
}
ValueId CaseBuilder::constant(Tensor values) {
  return builder_.constant("constant", std::move(values));
}

ValueId CaseBuilder::add_node(OpPtr op, const std::vector<ValueId>& inputs) {
  return builder_.add(op, inputs, op->name())[0];
}

GroupedGraph CaseBuilder::finish(ValueId output) && {
  builder_.output(output);
  GroupedGraph grouped{std::move(builder_).finish(), {}};
  const Graph& graph = grouped.graph;
  if (graph.nodes.empty()) internal_error("the case's nodes were folded into constants");
  Group group{.name = graph.nodes[0].name, .anchor = 0, .output = graph.outputs[0]};
  std::set<ValueId> known;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (i > 0) group.epilogue.push_back({static_cast<int32_t>(i)});
    for (ValueId id : graph.nodes[i].inputs) {
      if (id != kAbsent && known.insert(id).second) group.inputs.push_back(id);
    }
    known.insert(graph.nodes[i].outputs.begin(), graph.nodes[i].outputs.end());
  }
  grouped.groups = {group};
  return grouped;
}

std::string case_text(const GroupedGraph& grouped) {
  std::string text;
  for (const Node& node : grouped.graph.nodes) {
    text += (text.empty() ? "" : " + ") + node.op->name() + "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      text += (i ? ", " : "") + (id == kAbsent ? std::string("_") : grouped.graph.type(id).str());
    }
    text += ")" + node.op->attributes();
  }
  return text;
}

// Checking.

namespace {

/// How f32 inputs and outputs lie in memory.
struct Storage {
  DType inputs = DType::f32, output = DType::f32;

  std::string text() const { return fmt::format("{}->{}", to_string(inputs), to_string(output)); }
};

/// `type` in memory.
TensorType stored(TensorType type, DType f32_as) {
  if (type.dtype == DType::f32) type.dtype = f32_as;
  return type;
}

/// One implementation on one case: inputs and outputs arranged and stored one way, for one ISA.
class CaseRun {
 public:
  CaseRun(const Impl& impl, const GroupedGraph& grouped, const std::vector<Tensor>& inputs, const Tensor& expected,
          const Isa& isa, const Arrangement& arrangement, const Storage& storage)
      : impl_(impl),
        grouped_(grouped),
        inputs_(inputs),
        expected_(expected),
        arrangement_(arrangement),
        storage_(storage),
        target_{isa, host_caches(), 1},
        problem_{grouped, grouped.groups[0], target_, {}} {
    for (ValueId id : problem_.group.inputs) {
      const bool constant = grouped.graph.is_constant(id);
      problem_.views[id] = constant ? arranged_view(problem_.type(id), {})
                                    : arranged_view(stored(problem_.type(id), storage_.inputs), arrangement_);
    }
  }

  Proposal propose() const { return impl_.propose(problem_); }

  /// Empty, or what went wrong. Demands can make several arrangements the same: what is in `done` is not run again.
  std::string run(const Tolerance& tolerance, std::set<std::string>& done) {
    const Proposal proposal = propose();
    if (!proposal.accepted()) return "refused: " + proposal.refusal;
    if (!(proposal.cost_ns > 0)) return "no cost";
    meet_demands(proposal);
    if (!done.insert(views_text()).second) return "";
    place_inputs();
    GroupRunner runner(impl_.lower(problem_), target_.isa, [&](ValueId id) { return problem_.stored_type(id).dtype; });
    if (auto why = run_once(runner, Division::whole, 0xFF, tolerance); !why.empty()) return why;
    if (auto why = run_once(runner, Division::pieces, 0x7F, tolerance); !why.empty()) return "in pieces: " + why;
    if (proposal.in_place) return run_in_place(runner, tolerance);
    return "";
  }

 private:
  /// Padded as far as the arrangement says and the demand allows.
  TensorView satisfying_view(TensorType type, Demand demand) const {
    const Layout layout = demand == Demand::row_major ? Layout::row_major : Layout::channels_last;
    const TensorView view = arranged_view(type, {layout, arrangement_.padded});
    if (satisfies(view, demand)) return view;
    if (demand == Demand::row_major || !arrangement_.padded) return TensorView::contiguous(type, layout);
    const Shape shape = type.shape;
    type.shape[1] += 5;
    TensorView pixels_apart = TensorView::contiguous(type, layout);
    pixels_apart.shape = shape;
    return pixels_apart;
  }

  void meet_demands(const Proposal& proposal) {
    for (auto& [id, view] : problem_.views) {
      auto demand = proposal.demands.find(id);
      if (demand == proposal.demands.end() || satisfies(view, demand->second)) continue;
      view = satisfying_view(problem_.stored_type(id), demand->second);
    }
    // The rule of Proposal::output_demand.
    const Demand usual = proposal.output == Layout::row_major ? Demand::row_major : Demand::channels_last;
    const Demand demand = proposal.output_demand.value_or(usual);
    const TensorType type = stored(problem_.type(problem_.group.output), storage_.output);
    TensorView output = arranged_view(type, {proposal.output, arrangement_.padded});
    if (!satisfies(output, demand)) output = satisfying_view(type, demand);
    problem_.views[problem_.group.output] = output;
  }

  std::string views_text() const {
    std::string text;
    for (const auto& [id, view] : problem_.views) text += fmt::format("{}:{} ", id, fmt::join(view.strides, ","));
    return text;
  }

  void place_inputs() {
    for (ValueId id : problem_.group.inputs) {
      placed_.emplace(id, PlacedTensor(problem_.views.at(id), 0xFF)).first->second.write(value_of(id));
    }
  }

  const Tensor& value_of(ValueId id) const {
    const Graph& graph = grouped_.graph;
    if (graph.is_constant(id)) return *graph.value(id).constant;
    return inputs_[std::ranges::find(graph.inputs, id) - graph.inputs.begin()];
  }

  std::string run_once(GroupRunner& runner, Division division, uint8_t garbage, const Tolerance& tolerance) {
    PlacedTensor output(problem_.views.at(problem_.group.output), garbage);
    return run_to(output, runner, division, tolerance);
  }

  /// With the result in place of each operand of the epilogue that is like it.
  std::string run_in_place(GroupRunner& runner, const Tolerance& tolerance) {
    for (ValueId id : problem_.group.inputs) {
      const bool taken = std::ranges::count(problem_.anchor().inputs, id) > 0 && !is_elementwise(*problem_.anchor().op);
      if (taken || grouped_.graph.is_constant(id) || problem_.type(id) != problem_.type(problem_.group.output))
        continue;
      if (problem_.view(id) != problem_.view(problem_.group.output)) continue;
      const std::string why = run_to(placed_.at(id), runner, Division::pieces, tolerance);
      if (!why.empty()) return "in place: " + why;
      placed_.at(id).write(value_of(id));
    }
    return "";
  }

  std::string run_to(PlacedTensor& output, GroupRunner& runner, Division division, const Tolerance& tolerance) {
    const ValueId output_id = problem_.group.output;
    std::map<ValueId, void*> addresses;
    for (auto& [id, placed] : placed_) addresses[id] = placed.data();
    addresses[output_id] = output.data();
    runner.run(addresses, division);
    if (!output.surroundings_intact()) return "wrote outside of the output";
    return compare(cast_to(output.read(), problem_.type(output_id).dtype), tolerance);
  }

  std::string compare(const Tensor& found, const Tolerance& tolerance) const {
    if (found.dtype() != DType::f32) {
      return std::memcmp(found.data(), expected_.data(), found.bytes()) == 0 ? "" : "elements differ";
    }
    for (int64_t i = 0; i < found.elems(); ++i) {
      const double f = found.as<float>()[i], e = expected_.as<float>()[i];
      if (f == e || (std::isnan(f) && std::isnan(e))) continue;
      const double rounding = std::ldexp(2 * tolerance.ulps * std::abs(e) + tolerance.terms * tolerance.scale, -24);
      const double bf16_rounding = storage_.output == DType::bf16 ? std::ldexp(std::abs(e), -7) : 0;
      const double allowed = rounding + bf16_rounding + kFlushed;
      if (std::abs(f - e) <= allowed) continue;
      return fmt::format("element {} is {:.9g}, expected {:.9g} +- {:.2g}", i, f, e, allowed);
    }
    return "";
  }

  const Impl& impl_;
  const GroupedGraph& grouped_;
  const std::vector<Tensor>& inputs_;
  const Tensor& expected_;
  const Arrangement arrangement_;
  const Storage storage_;
  const Target target_;
  Problem problem_;
  std::map<ValueId, PlacedTensor> placed_;
};

struct BuiltCase {
  std::vector<Tensor> inputs;
  GroupedGraph grouped;
};

BuiltCase build_case(const BuildCase& build) {
  CaseBuilder builder(test_seed());
  const ValueId output = build(builder);
  std::vector<Tensor> inputs = builder.input_values();
  return {std::move(inputs), std::move(builder).finish(output)};
}

}  // namespace

namespace {

/// Values that bf16 can hold: what is compared is arithmetic, not the rounding of what goes into it.
void round_to_bf16(BuiltCase& built) {
  const auto rounded = [](const Tensor& values) {
    return values.dtype() == DType::f32 ? cast_to(cast_to(values, DType::bf16), DType::f32) : values;
  };
  for (Tensor& input : built.inputs) input = rounded(input);
  for (Value& value : built.grouped.graph.values) {
    if (value.constant) value.constant = rounded(*value.constant);
  }
}

/// The machine's, and for bf16 the best as it would be without instructions for that. Conversions between one type and
/// the other have nothing to do with the instruction set: the best will do.
std::vector<Isa> isas_for(const Storage& storage) {
  if (storage.inputs != storage.output) return {host_isa()};
  std::vector<Isa> isas;
  for (const std::string& name : host_isa_names()) isas.push_back(host_isa(name));
  if (storage.inputs == DType::bf16 && isas[0].bf16_dot) {
    isas.push_back(isas[0]);
    isas.back().bf16_dot = false;
  }
  return isas;
}

/// The case with its f32 inputs and output stored so.
GroupedGraph stored_case(const BuiltCase& built, const Storage& storage) {
  GroupedGraph grouped = built.grouped;
  const auto store = [&](ValueId id, DType f32_as) {
    if (stored(grouped.graph.type(id), f32_as).dtype == DType::bf16) grouped.stored_as_bf16.insert(id);
  };
  for (ValueId id : grouped.graph.inputs) store(id, storage.inputs);
  store(grouped.graph.outputs[0], storage.output);
  return grouped;
}

void check(const Impl& impl, const BuiltCase& built, const Storage& storage, const Tolerance& tolerance,
           const std::vector<Isa>& isas) {
  const GroupedGraph grouped = stored_case(built, storage);
  const Tensor expected = evaluate(built.grouped.graph, built.inputs)[built.grouped.graph.outputs[0]];
  for (const Isa& isa : isas) {
    std::set<std::string> done;
    for (Layout layout : {Layout::row_major, Layout::channels_last}) {
      for (bool padded : {false, true}) {
        const Arrangement arrangement{layout, padded};
        std::string why;
        try {
          why = CaseRun(impl, grouped, built.inputs, expected, isa, arrangement, storage).run(tolerance, done);
        } catch (const Error& error) {
          why = std::string("throws: ") + error.what();
        }
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        EXPECT_EQ(why, "") << "CONVOY_TEST_SEED=" << test_seed()
                           << " impls_tests --gtest_filter=" << test->test_suite_name() << "." << test->name() << "  # "
                           << impl.name() << " " << isa.name << (isa.bf16_dot ? " with bf16 dots " : " ")
                           << storage.text() << " " << to_string(layout) << (padded ? " padded " : " ")
                           << case_text(built.grouped);
      }
    }
  }
}

}  // namespace

namespace {

bool has_floats(const BuiltCase& built) {
  const Graph& graph = built.grouped.graph;
  const auto is_float = [&](ValueId id) { return graph.type(id).dtype == DType::f32; };
  return std::ranges::any_of(graph.inputs, is_float) || std::ranges::any_of(graph.outputs, is_float);
}

void check_all_storages(const Impl& impl, BuiltCase built, Tolerance tolerance,
                        const std::function<bool(const Isa&)>& takes) {
  for (const Storage& storage :
       {Storage{}, {DType::bf16, DType::bf16}, {DType::f32, DType::bf16}, {DType::bf16, DType::f32}}) {
    if (storage.inputs == DType::bf16 || storage.output == DType::bf16) round_to_bf16(built);
    std::vector<Isa> isas = isas_for(storage);
    std::erase_if(isas, [&](const Isa& isa) { return !takes(isa); });
    check(impl, built, storage, tolerance, isas);
    if (!has_floats(built)) return;  // nothing can be stored otherwise
  }
}

}  // namespace

void check(const Impl& impl, const BuildCase& build, Tolerance tolerance) {
  check_all_storages(impl, build_case(build), tolerance, [](const Isa&) { return true; });
}

void check_where_accepted(const Impl& impl, const BuildCase& build, Tolerance tolerance) {
  const BuiltCase built = build_case(build);
  check_all_storages(impl, built, tolerance, [&](const Isa& isa) {
    return CaseRun(impl, built.grouped, built.inputs, Tensor(), isa, {}, {}).propose().accepted();
  });
}

void check_pairs(const Impl& impl, const BuildCase& build, Tolerance tolerance) {
  if (!host_isa().bf16_dot) return;
  BuiltCase built = build_case(build);
  round_to_bf16(built);
  for (DType output : {DType::bf16, DType::f32}) check(impl, built, {DType::bf16, output}, tolerance, {host_isa()});
}

Proposal proposal_for(const Impl& impl, const BuildCase& build) {
  const BuiltCase built = build_case(build);
  return CaseRun(impl, built.grouped, built.inputs, Tensor(), host_isa(), {}, {}).propose();
}

}  // namespace convoy
