// Matrix product that reads both sides where they lie, packing nothing: few rows times large constant weights, which
// would have to be copied only to be read once, and right-hand sides that are computed at run time.
//
//   dst[..., i, j] = epilogue(sum over k of a[..., i, k] * b[..., k, j])
//
// a, b, dst: contiguous, of rank 2 or more; leading axes of a and b broadcast. Where b's elements lie behind one
// another along j, tiles of rows x vectors of columns are summed in registers. Where they do along k (trans_b), vectors
// run along k, for some rows and columns at once, and their lanes are added at the end; they are vectors of pairs where
// both sides are bf16 and the Isa has dot products of those. Constants beside a bf16 left side become bf16. Weights
// that come from memory are fetched ahead, in as many streams as there are columns.
//
// Task space: rows = leading axes x blocks of tile.mr rows, columns = blocks of tile.nb vectors of columns.
#include <algorithm>
#include <cmath>

#include "impls/copy/memory_cost.h"
#include "impls/epilogue.h"
#include "impls/matmul/list.h"
#include "impls/register_tile.h"
#include "ops/cast.h"
#include "ops/matmul.h"
#include "support/int_math.h"
#include "support/large_pages.h"

namespace convoy {

namespace {

enum Arg { kA, kB, kDst, kEpilogue };

struct Product {
  int64_t m = 1, n = 1, k = 1;
  std::vector<int64_t> batch;             ///< leading axes of dst
  std::vector<int64_t> a_batch, b_batch;  ///< strides along them, 0 where they broadcast
  int64_t a_row = 0, a_step = 0;          ///< strides of a along i and k
  int64_t b_step = 0, b_column = 0;       ///< strides of b along k and j
  std::vector<int64_t> dst;               ///< strides
  RegisterTile tile;                      ///< nb = 1 with dot products
  int dots = 0;                           ///< columns of which dot products are computed at once
  bool b_bf16 = false;
  bool pairs = false;        ///< both sides are bf16, along k, and multiplied in pairs
  bool from_memory = false;  ///< b does not stay in L2

  bool has_dots() const { return dots > 0; }
  int64_t b_bytes() const { return k * n * (b_bf16 ? 2 : 4); }
  /// Elements along k in a vector.
  int vector_elems(int lanes) const { return pairs ? 2 * lanes : lanes; }
  int64_t batches() const;
  int64_t row_blocks() const { return ceil_div(m, tile.mr); }
  std::string key() const;
};

int64_t Product::batches() const {
  int64_t count = 1;
  for (int64_t extent : batch) count *= extent;
  return count;
}

std::string Product::key() const {
  return fmt::format("{}x{}x{} batch {} a {}+{},{} b {}+{},{} {}x{} {} {}{}", m, n, k, fmt::join(batch, ","),
                     fmt::join(a_batch, ","), a_row, a_step, fmt::join(b_batch, ","), b_step, b_column, tile.mr,
                     tile.nb, dots, from_memory, pairs ? " pairs" : "");
}

std::vector<int64_t> contiguous_strides(const TensorType& type) {
  return TensorView::contiguous(type, Layout::row_major).strides;
}

/// Strides of a contiguous tensor's leading axes as seen by dst's.
std::vector<int64_t> batch_strides(const TensorType& type, size_t axes) {
  std::vector<int64_t> strides = contiguous_strides(type);
  strides.resize(strides.size() - 2);
  for (size_t i = 0; i < strides.size(); ++i) strides[i] = type.shape[static_cast<int>(i)] == 1 ? 0 : strides[i];
  strides.insert(strides.begin(), axes - strides.size(), 0);
  return strides;
}

RegisterTile tile_of(const Product& p, const Isa& isa) {
  if (p.has_dots()) return {static_cast<int>(std::min<int64_t>(p.m, isa.vector_registers / (2 * p.dots))), 1};
  return choose_tile(p.m, p.n, isa);
}

Product product_of(const Problem& problem) {
  const auto& op = *op_cast<MatMul>(*problem.anchor().op);
  const TensorType &a = problem.type(problem.anchor_input(0)), &b = problem.type(problem.anchor_input(1));
  const MatMulGeometry g = op.geometry(a.shape, b.shape);
  Product p{.m = g.m, .n = g.n, .k = g.k};
  p.batch.assign(g.batch.begin(), g.batch.end());
  p.a_batch = batch_strides(a, p.batch.size());
  p.b_batch = batch_strides(b, p.batch.size());
  p.a_row = op.trans_a ? 1 : g.k;
  p.a_step = op.trans_a ? g.m : 1;
  p.b_step = op.trans_b ? 1 : g.n;
  p.b_column = op.trans_b ? g.k : 1;
  p.dst = contiguous_strides(problem.type(problem.group.output));
  if (p.b_column != 1) p.dots = p.m == 1 ? 8 : 4;
  const ValueId right = problem.anchor_input(1);
  const bool a_bf16 = problem.is_bf16(problem.anchor_input(0));
  p.b_bf16 = problem.graph().is_constant(right) ? a_bf16 : problem.is_bf16(right);
  p.pairs = a_bf16 && p.b_bf16 && p.has_dots() && p.a_step == 1 && problem.target.isa.bf16_dot;
  p.from_memory = p.b_bytes() > problem.target.caches.l2;
  p.tile = tile_of(p, problem.target.isa);
  return p;
}

class ProductEmitter {
 public:
  ProductEmitter(KernelBuilder& b, const Product& product, const Epilogue& epilogue)
      : b_(b), p_(product), epilogue_(epilogue) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Place place = batch_place(row / p_.row_blocks());
      for_block(row % p_.row_blocks(), p_.m, p_.tile.mr, [&](Val first_row, int64_t rows) {
        place.rows = static_cast<int>(rows);
        place.index[place.index.size() - 2] = first_row;
        Val a = b_.offset(place.a, first_row * p_.a_row);
        b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val col) { columns(place, a, col); });
      });
    });
  }

 private:
  struct Place {
    Val a, b;                ///< of the batch
    std::vector<Val> index;  ///< of dst
    int rows = 0;
  };

  Place batch_place(Val number) {
    Place place{.a = b_.arg(kA), .b = b_.arg(kB), .index = std::vector<Val>(p_.batch.size() + 2, b_.i64(0))};
    for (size_t axis = p_.batch.size(); axis-- > 0;) {
      Val i = axis == 0 ? number : number % p_.batch[axis];
      number = number / p_.batch[axis];
      place.a = b_.offset(place.a, i * p_.a_batch[axis]);
      place.b = b_.offset(place.b, i * p_.b_batch[axis]);
      place.index[axis] = i;
    }
    return place;
  }

  /// Calls body(first, how many) for block `index` of `extent`, the last of which may be shorter.
  void for_block(Val index, int64_t extent, int64_t size, const std::function<void(Val, int64_t)>& body) {
    const int64_t rest = extent % size;
    if (rest == 0) return body(index * size, size);
    if (extent < size) return body(b_.i64(0), rest);
    b_.if_else(
        b_.equal(index, b_.i64(extent / size)), [&] { body(b_.i64(extent - rest), rest); },
        [&] { body(index * size, size); });
  }

  void columns(Place place, Val a, Val col) {
    for_block(col, p_.n, p_.tile.nb * b_.lanes(), [&](Val first, int64_t count) {
      place.index.back() = first;
      Val b = b_.offset(place.b, first * p_.b_column);
      p_.has_dots() ? dots(place, a, b, static_cast<int>(count)) : tile(place, a, b, count);
    });
  }

  int active(int64_t columns, int n) const {
    return static_cast<int>(std::min<int64_t>(b_.lanes(), columns - n * b_.lanes()));
  }

  // Vectors along the columns.

  void tile(const Place& place, Val a, Val b, int64_t columns) {
    const RegisterTile shape{place.rows, static_cast<int>(ceil_div(columns, b_.lanes()))};
    TileRun run{.src = a, .weights = b, .count = p_.k, .src_step = p_.a_step, .weights_step = p_.b_step};
    run.last_active = active(columns, shape.nb - 1);
    for (int m = 0; m < shape.mr; ++m) run.pixel_offsets.push_back(m * p_.a_row);
    std::vector<Val> sums(shape.accumulators(), b_.f32(0));
    accumulate(b_, shape, run, sums);
    store(place, columns, [&](int m, int n) { return sums[m * shape.nb + n]; });
  }

  // Vectors along k: the sums of a vector of columns are gathered in scratch memory.

  void dots(const Place& place, Val a, Val b, int columns) {
    auto some = [&](Val first, int count) {
      const std::vector<Val> sums = dot_products(place, a, b_.offset(b, first * p_.b_column), count);
      for (size_t i = 0; i < sums.size(); ++i) {
        const int64_t m = static_cast<int64_t>(i) / count, j = static_cast<int64_t>(i) % count;
        b_.store_scalar(b_.reduce_add(sums[i]), b_.offset(b_.scratch(), first), m * b_.lanes() + j);
      }
    };
    const int whole = columns / p_.dots * p_.dots;
    b_.loop(0, whole, p_.dots, [&](Val first) { some(first, p_.dots); });
    if (whole < columns) some(b_.i64(whole), columns - whole);
    store(place, columns, [&](int m, int) { return b_.load(b_.scratch(), m * b_.lanes()); });
  }

  Val along_k(Val base, Val k, int64_t offset, int active) {
    Val at = b_.offset(base, k);
    return p_.pairs ? b_.load_pairs(at, offset, active) : b_.load(at, offset, active);
  }
  Val multiply_add(Val x, Val y, Val sum) { return p_.pairs ? b_.dot_pairs(x, y, sum) : b_.fma(x, y, sum); }

  /// Sums [row][column] with the lanes not yet added.
  std::vector<Val> dot_products(const Place& place, Val a, Val b, int columns) {
    const int width = p_.vector_elems(b_.lanes()), count = place.rows * columns;
    const int unroll = std::max(1, 8 / count);  // eight sums hide that each waits for itself
    const int64_t ahead = 1024 / size_of(b.stored);
    auto add = [&](Val k, int active, Val* sums) {
      std::vector<Val> weights;
      for (int j = 0; j < columns && p_.from_memory; ++j) b_.prefetch(b_.offset(b, k), j * p_.b_column + ahead);
      for (int j = 0; j < columns; ++j) weights.push_back(along_k(b, k, j * p_.b_column, active));
      for (int m = 0; m < place.rows; ++m) {
        Val x = along_k(a, k, m * p_.a_row, active);
        for (int j = 0; j < columns; ++j, ++sums) *sums = multiply_add(x, weights[j], *sums);
      }
    };
    const int64_t step = unroll * width, whole = p_.k / step * step;
    std::vector<Val> sums(unroll * count, b_.f32(0));
    sums = b_.loop(0, whole, step, sums, [&](Val k, std::vector<Val> so_far) {
      for (int u = 0; u < unroll; ++u) add(k + u * width, -1, so_far.data() + u * count);
      return so_far;
    });
    for (int64_t k = whole, u = 0; k < p_.k; k += width, ++u) {
      add(b_.i64(k), static_cast<int>(std::min<int64_t>(width, p_.k - k)), sums.data() + u * count);
    }
    for (; sums.size() > static_cast<size_t>(count); sums.resize(sums.size() - count)) {
      for (size_t i = 0; i < static_cast<size_t>(count); ++i) sums[i] = sums[i] + sums[sums.size() - count + i];
    }
    return sums;
  }

  void store(const Place& place, int64_t columns, const std::function<Val(int m, int n)>& sum) {
    const int rank = static_cast<int>(place.index.size());
    const Epilogue::Cursor cursor = epilogue_.at(b_, place.index);
    Val dst = element_address(b_, b_.arg(kDst), p_.dst, place.index);
    std::vector<int64_t> offsets(rank, 0);
    for (int m = 0; m < place.rows; ++m) {
      offsets[rank - 2] = m;
      for (int n = 0; n * b_.lanes() < columns; ++n) {
        offsets[rank - 1] = n * b_.lanes();
        Val result = epilogue_.apply(b_, sum(m, n), cursor, offsets, rank - 1, active(columns, n));
        b_.store(result, dst, m * p_.n + n * b_.lanes(), active(columns, n));
      }
    }
  }

  KernelBuilder& b_;
  const Product& p_;
  const Epilogue& epilogue_;
};

/// Cycles of a core for the whole product, were everything in cache.
double product_cycles(const Product& p, const Isa& isa) {
  if (!p.has_dots()) return p.batches() * p.k * cycles_per_reduction_step(p.m, p.n, p.tile, isa);
  const double lanes = isa.f32_lanes(), rows = p.tile.mr;
  const double vectors = std::max(rows / 2, (rows / p.dots + 1) / 2) * ceil_div(p.k, p.vector_elems(isa.f32_lanes()));
  const double folds = rows * std::log2(lanes) * 2;
  return static_cast<double>(p.batches() * p.row_blocks() * p.n) * (vectors + folds);
}

/// How much slower than packed weights these are read, when they do not stay in L2. Short pieces of long rows defeat
/// the processor's prefetchers; whole rows are fetched ahead.
double detour(const Product& p, const Target& target) {
  if (!p.from_memory) return 1;
  const bool in_l3 = p.b_bytes() <= target.caches.l3;
  return in_l3 ? 1.4 : p.has_dots() ? 1 : 2.5;
}

/// On one thread.
double product_ns(const Product& p, const Target& target) {
  const auto b_bytes = static_cast<double>(p.b_bytes());
  const double cycles_ns = tile_cycles_ns(product_cycles(p, target.isa), target.isa);
  return std::max(cycles_ns, weights_ns(b_bytes, target)) * detour(p, target);
}

std::string refusal(const Problem& problem) {
  const TensorType &a = problem.type(problem.anchor_input(0)), &b = problem.type(problem.anchor_input(1));
  if (a.dtype != DType::f32) return "not f32";
  if (a.shape.rank() < 2 || b.shape.rank() < 2) return "one side is a vector";
  const Shape& dst = problem.type(problem.group.output).shape;
  if (dst.elems() == 0) return "empty output";
  const auto& op = *op_cast<MatMul>(*problem.anchor().op);
  if (op.trans_b && op.trans_a && problem.type(problem.group.output).shape[dst.rank() - 2] > 1) {
    return "both sides are transposed";
  }
  return Epilogue::refusal(problem);
}

/// Weights as they are or as bf16, in large pages: they are read from end to end.
StepArg right_side(const Problem& problem, const Product& p) {
  const ValueId id = problem.anchor_input(1);
  if (!problem.graph().is_constant(id)) return ValueArg{id};
  const DType dtype = p.b_bf16 ? DType::bf16 : DType::f32;
  const int64_t elems = problem.type(id).shape.elems();
  return PackedArg{.bytes = elems * size_of(dtype),
                   .pack =
                       [weights = *problem.graph().value(id).constant, dtype] {
                         const Tensor packed = cast_to(weights, dtype);
                         collapse_into_large_pages(packed.data(), packed.bytes());
                         return packed;
                       },
                   .dtype = dtype};
}

class UnpackedMatMul : public Impl {
 public:
  std::string name() const override { return "matmul_unpacked"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    const Product p = product_of(problem);
    Proposal proposal;
    proposal.output = Layout::row_major;
    for (size_t i = 0; i < 2; ++i) proposal.demands[problem.anchor_input(i)] = Demand::row_major;
    proposal.cost_ns = product_ns(p, problem.target) / problem.target.threads;
    proposal.variant = variant(problem, p);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const Product p = product_of(problem);
    const Epilogue epilogue(problem, kEpilogue);
    const int lanes = problem.target.isa.f32_lanes();
    StepSpec step;
    step.kernel = {.name = variant(problem, p),
                   .key = p.key() + epilogue.key(),
                   .arg_count = kEpilogue + static_cast<int>(epilogue.args().size()),
                   .emit = [p, epilogue](KernelBuilder& b) { ProductEmitter(b, p, epilogue).emit(); }};
    step.args = {problem.arg(problem.anchor_input(0)), right_side(problem, p), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    step.rows = p.batches() * p.row_blocks();
    step.cols = ceil_div(p.n, p.tile.nb * lanes);
    step.split_cols_first = step.rows < problem.target.threads;
    step.scratch_bytes = p.has_dots() ? 4 * p.tile.mr * lanes : 0;
    step.cost_ns = product_ns(p, problem.target);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem, const Product& p) {
    return fmt::format("matmul_{}_{}_{}x{}_{}", p.has_dots() ? "dots" : "unpacked", problem.dtypes(), p.tile.mr,
                       p.has_dots() ? p.dots : p.tile.nb, problem.target.isa.name);
  }
};

}  // namespace

const Impl& matmul_unpacked() {
  static const UnpackedMatMul impl;
  return impl;
}

}  // namespace convoy
