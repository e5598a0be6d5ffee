#include "ops/lookup.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Tensor squares() {
  std::vector<int32_t> values;
  for (int i = 0; i < 256; ++i) values.push_back(i * i);
  return make_tensor<int32_t>({256}, values);
}

TEST(Lookup, BytesCountFromTheirLeast) {
  const Tensor unsigned_bytes = make_tensor<uint8_t>({1, 3}, {0, 7, 255});
  EXPECT_EQ(values_of<int32_t>(run_op1(Lookup(), {unsigned_bytes, squares()})), (std::vector<int32_t>{0, 49, 65025}));
  const Tensor signed_bytes = make_tensor<int8_t>({3}, {-128, 0, 127});
  EXPECT_EQ(values_of<int32_t>(run_op1(Lookup(), {signed_bytes, squares()})), (std::vector<int32_t>{0, 16384, 65025}));
}

TEST(Lookup, SixteenBits) {
  Tensor table(DType::i16, {65536});
  for (int i = 0; i < 65536; ++i) table.as<int16_t>()[i] = static_cast<int16_t>(32767 - i);
  const Tensor src = make_tensor<int16_t>({4}, {-32768, -1, 5, 32767});
  EXPECT_EQ(values_of<int16_t>(run_op1(Lookup(), {src, table})), (std::vector<int16_t>{32767, 0, -6, -32768}));
}

TEST(Lookup, SaysWhatDoesNotFit) {
  const TensorType src{DType::i8, {4}}, wide{DType::i16, {4}}, wider{DType::i32, {4}}, table{DType::i8, {256}},
      short_table{DType::i8, {255}};
  expect_invalid("table is i8[255], expected 256 elements", [&] { Lookup().infer({&src, &short_table}); });
  expect_invalid("table is i8[256], expected 65536 elements", [&] { Lookup().infer({&wide, &table}); });
  expect_invalid("src is i32[4]", [&] { Lookup().infer({&wider, &table}); });
}

}  // namespace
}  // namespace convoy
