#include "io/npy.h"

#include <cstring>
#include <numeric>

#include "io/npy_header.h"
#include "support/dtypes.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

using Npy = TempFolder;

/// A .npy file with this dictionary, version and data.
std::string npy_file(const std::string& dict, int version = 1, const std::string& data = "") {
  std::string bytes = std::string("\x93NUMPY") + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(dict.size() >> (8 * i) & 0xff);
  return bytes + dict + data;
}

Tensor parse(const std::string& bytes) {
  MemorySource source(bytes.data(), bytes.size());
  return read_npy(source);
}

Tensor counting(DType dtype, Shape shape) {
  Tensor tensor(dtype, std::move(shape));
  visit_dtype(dtype, [&]<class T>() {
    for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<T>()[i] = T(static_cast<float>(i % 2 ? i : -i));
  });
  return tensor;
}

void expect_same(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.type(), b.type());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.bytes()), 0);
}

TEST_F(Npy, EveryDtypeAndRankRoundTrips) {
  for (DType dtype : {DType::f32, DType::f64, DType::f16, DType::i8, DType::u8, DType::i16, DType::u16, DType::i32,
                      DType::u32, DType::i64, DType::u64, DType::boolean}) {
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{1, 3, 2, 2}, Shape{2, 0, 3}}) {
      const Tensor tensor = counting(dtype, shape);
      write_npy(path("x.npy"), tensor);
      expect_same(read_npy(path("x.npy")), tensor);
      FileSource header(path("x.npy"));
      EXPECT_EQ(read_npy_header(header).type, tensor.type());
      const std::string bytes = npy_bytes(tensor);
      EXPECT_EQ((bytes.size() - tensor.bytes()) % 64, 0u) << "NumPy maps files only when the data is aligned";
    }
  }
}

TEST_F(Npy, Bfloat16IsWrittenAsF32) {
  Tensor tensor(DType::bf16, Shape{2});
  tensor.as<BFloat16>()[1] = BFloat16(-2.5f);
  write_npy(path("x.npy"), tensor);
  const Tensor read = read_npy(path("x.npy"));
  EXPECT_EQ(read.dtype(), DType::f32);
  EXPECT_EQ(read.as<float>()[1], -2.5f);
}

TEST(NpyHeader, HeaderIsWhatNumPyWrites) {
  const std::string bytes = npy_header_bytes({DType::f32, Shape{3}});
  EXPECT_EQ(bytes.size(), 128u);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 57), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  EXPECT_EQ(bytes.back(), '\n');
}

TEST(NpyHeader, KeysInAnyOrderAndSpacing) {
  const NpyHeader header = parse_npy_header("{ \"shape\" : ( 2L , 3 ),'fortran_order':True,'descr':'|u1'}\n");
  EXPECT_EQ(header.type, (TensorType{DType::u8, {2, 3}}));
  EXPECT_TRUE(header.fortran_order);
}

TEST(NpyRead, FortranOrder) {
  std::string data(24, '\0');
  std::iota(data.begin(), data.end(), 0);
  const Tensor tensor = parse(npy_file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", 1, data));
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 3; ++b) {
      for (int c = 0; c < 4; ++c) EXPECT_EQ(tensor.as<uint8_t>()[(a * 3 + b) * 4 + c], a + 2 * b + 6 * c);
    }
  }
}

TEST(NpyRead, Versions2And3) {
  for (int version : {2, 3}) {
    const Tensor tensor = parse(npy_file("{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", version, "ab"));
    EXPECT_EQ(tensor.as<char>()[1], 'b');
  }
}

TEST(NpyRead, BooleansAreZeroOrOne) {
  const Tensor tensor = parse(npy_file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 1, "\x07\x01"));
  EXPECT_EQ(tensor.as<uint8_t>()[0], 1);
}

TEST(NpyRead, RefusesWhatIsNoNpyFile) {
  expect_invalid("is empty", [] { parse(""); });
  expect_invalid("only 3 bytes", [] { parse("abc"); });
  expect_invalid("first bytes", [] { parse("some text, no array"); });
  expect_invalid("version 9", [] { parse(npy_file("{}", 9)); });
}

TEST(NpyRead, RefusesHostileHeaders) {
  const auto shaped = [](const std::string& shape) {
    return npy_file("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }", 1, "12345678");
  };
  expect_invalid("truncated: f64[1000000000000]", [&] { parse(shaped("(1000000000000,)")); });
  expect_invalid("2^63 elements", [&] { parse(shaped("(9000000000000000000, 9)")); });
  expect_invalid("truncated", [&] { parse(shaped("(2305843009213693952,)")); });
  expect_invalid("does not fit 64 bits", [&] { parse(shaped("(99999999999999999999,)")); });
  expect_invalid("an extent expected", [&] { parse(shaped("(-1,)")); });
  expect_invalid("truncated", [&] { parse(shaped("(2,)")); });
  std::string many = "(";
  for (int i = 0; i < 40; ++i) many += "1,";
  expect_invalid("more than 32 axes", [&] { parse(shaped(many + ")")); });
  std::string long_header = npy_file("{}", 2);
  long_header.replace(8, 4, "\xff\xff\xff\x7f");
  expect_invalid("not plausible", [&] { parse(long_header); });
}

TEST(NpyRead, RefusesDtypesByName) {
  const auto typed = [](const std::string& descr) {
    return npy_file("{'descr': " + descr + ", 'fortran_order': False, 'shape': (1,), }", 1, "0123456789abcdef");
  };
  expect_invalid("big-endian", [&] { parse(typed("'>f4'")); });
  expect_invalid("'<c8' is not supported", [&] { parse(typed("'<c8'")); });
  expect_invalid("'|O' is not supported", [&] { parse(typed("'|O'")); });
  expect_invalid("structured", [&] { parse(typed("[('a', '<f4')]")); });
}

// Every prefix and every changed byte of a valid file gives an array or an Error.
TEST(NpyRead, SurvivesDamage) {
  const std::string good = npy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", 1, "12345678");
  const auto survives = [](const std::string& bytes) {
    try {
      parse(bytes);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << error.what();
    }
  };
  for (size_t size = 0; size < good.size(); ++size) survives(good.substr(0, size));
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      survives(bad);
    }
  }
}

TEST_F(Npy, ErrorsNameTheFile) {
  expect_invalid("none.npy: cannot be read", [&] { read_npy(path("none.npy")); });
  expect_invalid("e.npy: is empty", [&] { read_npy(write("e.npy", "")); });
}

}  // namespace
}  // namespace convoy
