// Emits one kernel through LLVM: loops, vector loads and stores, arithmetic. Emitters in impls/ see this
// interface and no LLVM header. Tiles are unrolled by the emitter; LLVM selects instructions, allocates
// registers and schedules.
//
// Every kernel has the type KernelFn: it computes the part of its output that the rectangle
// [row_begin, row_end) x [col_begin, col_end) of its own task space stands for, so that threads and tiles
// are the Plan's decision. Kernels do not allocate and keep no state.
#pragma once

#include <convoy/tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codegen/isa.h"

namespace llvm {
class Value;
}

namespace convoy {

/// args: pointers to the tensors' first elements, in the order of the kernel's arguments. scratch: memory
/// for this thread alone, 64-byte aligned.
using KernelFn = void (*)(void* const* args, int64_t row_begin, int64_t row_end, int64_t col_begin, int64_t col_end,
                          void* scratch);

class KernelBuilder;

/// An SSA value: an i64, a pointer, a vector of f32 (or one f32), of integers, or of i1 (a mask). Arithmetic
/// operators work on two values of the same type; f32 arithmetic may not be reordered, but contracts to fma.
struct Val {
  llvm::Value* v = nullptr;
  KernelBuilder* b = nullptr;
  /// Of a pointer: how the f32 values behind it lie in memory, as f32 or as bf16. It decides the distance of elements;
  /// loads widen them to f32 and stores round them to the nearest, so that emitters need not know. u8: bytes, for the
  /// functions that take pointers to bytes.
  DType stored = DType::f32;
  explicit operator bool() const { return v != nullptr; }
};
Val operator+(Val a, Val b);
Val operator-(Val a, Val b);
Val operator*(Val a, Val b);
Val operator/(Val a, Val b);
Val operator+(Val a, int64_t b);  ///< integers only
Val operator-(Val a, int64_t b);
Val operator*(Val a, int64_t b);
Val operator/(Val a, int64_t b);  ///< signed, truncating
Val operator%(Val a, int64_t b);

/// How KernelBuilder::scale_fixed_point rounds, and what is known of the shifts.
struct FixedPointScaling {
  bool rounds_twice = false;
  int64_t max_shift = 30;

  /// True where the last bit may be rounded off separately.
  bool has_doubled() const { return max_shift <= (rounds_twice ? -1 : -2); }
};

/// Numbers become bytes: clamp(number + zero, low, high).
struct Narrowing {
  DType to = DType::i8;  ///< or u8
  int64_t zero = 0, low = -128, high = 127;
  bool doubled = false;  ///< twice the numbers are given, with a last bit that is rounded off
};

class KernelBuilder {
 public:
  /// `stored`: how the tensors behind the arguments lie in memory, see Val::stored; f32 where it is shorter.
  KernelBuilder(const Isa& isa, const std::string& symbol, int arg_count, std::vector<DType> stored = {});
  ~KernelBuilder();
  KernelBuilder(const KernelBuilder&) = delete;

  const Isa& isa() const { return isa_; }
  int lanes() const { return isa_.f32_lanes(); }

  // The kernel's parameters.
  Val arg(int index);  ///< pointer to tensor `index`; tensors do not overlap unless they are the same
  Val row_begin();
  Val row_end();
  Val col_begin();
  Val col_end();
  Val scratch();

  // Integers and pointers.
  Val i64(int64_t value);
  Val min(Val a, Val b);
  Val max(Val a, Val b);
  Val less(Val a, Val b);      ///< a < b as a condition
  Val not_less(Val a, Val b);  ///< a >= b
  Val equal(Val a, Val b);
  Val in_range(Val a, int64_t extent);  ///< 0 <= a < extent
  Val both(Val a, Val b);               ///< of two conditions
  Val negate(Val condition);
  Val select(Val condition, Val a, Val b);
  /// Pointer `elems` elements after `pointer`; `constant` elements are added on top.
  Val offset(Val pointer, Val elems, int64_t constant = 0);
  Val offset(Val pointer, int64_t elems);
  /// The same address of memory that holds values stored so: of scratch memory, which is f32 otherwise.
  Val stored_as(DType stored, Val pointer) { return {pointer.v, this, stored}; }
  Val load_i64(Val pointer, Val index);  ///< element `index` of a table of i64

  // Control flow.
  /// for (i = begin; i < end; i += step) carried = body(i, carried); returns the carried values.
  std::vector<Val> loop(Val begin, Val end, int64_t step, const std::vector<Val>& carried,
                        const std::function<std::vector<Val>(Val i, const std::vector<Val>& carried)>& body);
  void loop(Val begin, Val end, int64_t step, const std::function<void(Val i)>& body);
  /// The same with constant bounds; unrolled away when it runs at most once.
  std::vector<Val> loop(int64_t begin, int64_t end, int64_t step, const std::vector<Val>& carried,
                        const std::function<std::vector<Val>(Val i, const std::vector<Val>& carried)>& body);
  void loop(int64_t begin, int64_t end, int64_t step, const std::function<void(Val i)>& body);
  void if_then(Val condition, const std::function<void()>& body);
  void if_else(Val condition, const std::function<void()>& then_body, const std::function<void()>& else_body);
  /// The same with results: both bodies give values of the same types.
  std::vector<Val> if_else_values(Val condition, const std::function<std::vector<Val>()>& then_body,
                                  const std::function<std::vector<Val>()>& else_body);

  // f32 vectors. `active` is the number of lanes that exist in memory (all when negative): the others are
  // not touched, and load as zero.
  Val f32(double value, int lanes = -1);  ///< a constant in every lane
  Val load(Val pointer, int64_t elem_offset = 0, int active = -1);
  Val load_strided(Val pointer, int64_t elem_stride, int active = -1);  ///< lane i from pointer + i * stride
  Val load_scalar(Val pointer, int64_t elem_offset = 0);                ///< one f32
  Val splat(Val scalar);
  Val load_splat(Val pointer, int64_t elem_offset = 0);  ///< one f32 in every lane
  void store(Val value, Val pointer, int64_t elem_offset = 0, int active = -1);
  void store_strided(Val value, Val pointer, int64_t elem_stride, int active = -1);
  void store_scalar(Val value, Val pointer, int64_t elem_offset = 0);
  Val fma(Val a, Val b, Val c);            ///< a*b + c, fused where the ISA can; of integers, too
  Val constant_like(Val v, double value);  ///< in every lane of v's type, f32 or integers
  Val fmin(Val a, Val b);                  ///< NaN in either gives NaN where the ISA's minimum does not hide it
  Val fmax(Val a, Val b);
  Val neg(Val a);
  Val abs(Val a);
  Val sqrt(Val a);
  Val floor(Val a);
  Val ceil(Val a);
  Val round_even(Val a);
  Val compare(const char* predicate, Val a, Val b);  ///< "lt" "le" "gt" "ge" "eq" "ne": a mask for select
  Val to_i32(Val a);                                 ///< f32 -> i32, truncating
  Val to_f32(Val a);                                 ///< i32 or i64 -> f32
  Val bits_to_i32(Val a);                            ///< the same bits as integers
  Val bits_to_f32(Val a);
  Val i32(int32_t value);  ///< a constant in every lane
  Val lane_numbers();      ///< 0, 1, 2, ... (i32)
  Val shift_left(Val a, int bits);
  Val shift_right(Val a, int bits);  ///< logical
  Val halve(Val a, int times);       ///< shifts numbers with a sign right
  Val bit_and(Val a, Val b);
  Val bit_or(Val a, Val b);

  // Pairs of neighbouring bf16 elements, for Isa::bf16_dot: lane i holds elements 2i and 2i + 1. `pointer` is one to
  // bf16; offsets are in elements, and need not be even. `active` elements exist; the others are zero.
  Val load_pairs(Val pointer, int64_t elem_offset = 0, int active = -1);
  Val splat_pair(Val pointer, int64_t elem_offset = 0, int active = 2);  ///< one pair in every lane
  /// Pairs of an element of `a` and the same one of `b`, both vectors of load_pairs: `low` and `high` as unzip takes
  /// them.
  struct Zipped {
    Val low, high;
  };
  Zipped zip(Val a, Val b);
  /// f32 sums of zipped pairs, back in the order of elements: those of the first lanes() elements, then of the others.
  std::pair<Val, Val> unzip(Val low, Val high);
  /// Index of the element that lane `lane` of Zipped::low holds; high holds that of 4 behind.
  static int64_t zipped_element(int64_t lane) { return lane / 4 * 8 + lane % 4; }
  Val no_pairs();  ///< zero in all elements
  /// sum + a.first * b.first + a.second * b.second, in f32; subnormal numbers count as zero.
  Val dot_pairs(Val a, Val b, Val sum);

  // Bytes, for products of quantised numbers. Pointers are ones to bytes, stored_as(DType::u8, ..): offsets count
  // bytes. A register of lanes() i32 holds four bytes a lane, or two i16.
  Val load_words(Val pointer, int64_t offset = 0);                  ///< four bytes a lane
  Val splat_word(Val pointer, int64_t offset = 0);                  ///< the same four bytes in every lane
  Val load_shorts(Val pointer, int64_t offset = 0);                 ///< a register of i16
  void store_register(Val value, Val pointer, int64_t offset = 0);  ///< of words or shorts
  /// Lane i holds byte i of each row, four rows; absent rows count as zeros. lanes() bytes of each row are read.
  Val interleave_rows(const std::vector<Val>& rows);
  /// The same of two rows of u8, widened to i16.
  Val interleave_two_rows(const std::vector<Val>& rows);
  Val turn_signs(Val words);  ///< adds 128 to each byte, which makes i8 u8 and back
  /// sum + the four products of a lane; `a` are u8, `b` i8. For Isa::byte_dot.
  Val dot_bytes(Val a, Val b, Val sum);
  /// sum + the two products of i16 of a lane.
  Val dot_shorts(Val a, Val b, Val sum);
  /// Copies `count` bytes, with their signs turned if asked to. The memory does not overlap.
  void copy_bytes(Val from, Val to, int64_t count, bool turn);
  /// Copies `count` bytes, less their zero point, as i16.
  void widen_bytes(Val from, Val to, int64_t count, bool is_signed, int64_t zero);
  void fill_bytes(Val to, int64_t count, uint8_t value);
  /// For each lane as ops/requantize.h says: value, multiplier and shift are i32.
  Val scale_fixed_point(Val value, Val multiplier, Val shift, const FixedPointScaling& how);
  /// The same with one bit more, where how.has_doubled(): scale_fixed_point is (this + 1) >> 1.
  Val scale_fixed_point_doubled(Val value, Val multiplier, Val shift, const FixedPointScaling& how);
  /// Vectors of i32 as bytes: cheapest for four at a time.
  std::vector<Val> narrow(const std::vector<Val>& words, const Narrowing& how);
  Val round_to_i32(Val a);  ///< the nearest of |a| < 2^31, halves to even numbers; anything for others
  /// table[value] for each lane, table[value + 128] of signed bytes.
  Val look_up(Val value, bool is_signed, DType dtype, Val table);

  Val reduce_add(Val a);  ///< sum of the lanes as one f32
  Val reduce_max(Val a);
  Val extract(Val a, int lane);
  /// Lane i of the result is lane indices[i] of a ++ b (b may be empty: then only a).
  Val shuffle(Val a, Val b, const std::vector<int>& indices);
  void prefetch(Val pointer, int64_t elem_offset = 0);  ///< brings the cache line to L2; any address will do
  /// Memory is read anew behind this point: values loaded before it need not stay in registers. No instruction.
  void forget_loads();
  /// The number in every lane when `a` is a constant.
  std::optional<double> constant_value(Val a);

  // Vectors of lanes() elements of any type that has_vectors(): integers are as wide as in memory, booleans are
  // masks in registers and bytes of 0 or 1 in memory.
  static bool has_vectors(DType dtype);  ///< f32, integers and booleans
  Val offset(DType dtype, Val pointer, Val elems);
  Val offset(DType dtype, Val pointer, int64_t elems);
  Val load_strided(DType dtype, Val pointer, int64_t elem_stride, int active = -1);
  void store_strided(DType dtype, Val value, Val pointer, int64_t elem_stride, int active = -1);
  Val integer(DType dtype, int64_t value);   ///< a constant of an integer type or of booleans
  Val convert(Val a, DType from, DType to);  ///< by the rules of the operator cast
  /// Predicates as for f32; of integers, the sign counts unless the type has none.
  Val compare(const char* predicate, Val a, Val b, DType dtype);
  Val integer_min(Val a, Val b, DType dtype);
  Val integer_max(Val a, Val b, DType dtype);
  Val either(Val a, Val b);  ///< of two masks; see both() and negate()
  Val any(Val mask);         ///< a condition: some lane is set

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  Isa isa_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy
