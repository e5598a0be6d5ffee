// TensorProto to Tensor: every element type in every place that data may stand, and what is refused.
#include "frontends/onnx/tensors.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/dtypes.h"
#include "support/expect_error.h"
#include "support/run_op.h"
#include "support/temp_folder.h"

namespace convoy::onnx_frontend {
namespace {

std::shared_ptr<onnx::TensorProto> make_proto(int data_type, std::initializer_list<int64_t> dims) {
  auto proto = std::make_shared<onnx::TensorProto>();
  proto->set_data_type(data_type);
  proto->mutable_dims()->Add(dims.begin(), dims.end());
  return proto;
}

Tensor read(const std::shared_ptr<onnx::TensorProto>& proto, const std::string& model_path = "") {
  return TensorReader(proto, model_path).read(*proto, "w");
}

void expect_refused(const std::string& reason, const std::shared_ptr<onnx::TensorProto>& proto,
                    const std::string& model_path = "") {
  expect_invalid("tensor 'w': " + reason, [&] { read(proto, model_path); });
}

TEST(OnnxTensors, RawDataIsNotCopied) {
  const auto proto = make_proto(onnx::TensorProto::FLOAT, {2, 2});
  const std::vector<float> values = {1, 2, 3, 4};
  proto->set_raw_data(values.data(), 16);
  const Tensor tensor = read(proto);
  EXPECT_EQ(tensor.data(), proto->raw_data().data());
  EXPECT_EQ(values_of<float>(tensor), values);
}

TEST(OnnxTensors, TensorKeepsTheModelAlive) {
  auto proto = make_proto(onnx::TensorProto::FLOAT, {1});
  proto->add_float_data(5);
  const Tensor tensor = read(proto);
  EXPECT_EQ(tensor.data(), proto->float_data().data());
  proto.reset();
  EXPECT_EQ(values_of<float>(tensor), std::vector<float>{5});
}

/// Data in the field that ONNX names for the type, wider than the type itself.
TEST(OnnxTensors, Int32DataHoldsSmallTypes) {
  for (int type : {onnx::TensorProto::INT8, onnx::TensorProto::UINT8, onnx::TensorProto::INT16,
                   onnx::TensorProto::UINT16, onnx::TensorProto::INT32}) {
    const auto proto = make_proto(type, {2});
    proto->add_int32_data(7);
    proto->add_int32_data(100);
    const Tensor tensor = read(proto);
    visit_dtype(tensor.dtype(), [&]<class T>() { EXPECT_EQ(values_of<T>(tensor), (std::vector<T>{T(7), T(100)})); });
  }
}

TEST(OnnxTensors, HalfTypesAreBitsInInt32Data) {
  const auto f16 = make_proto(onnx::TensorProto::FLOAT16, {1});
  f16->add_int32_data(0x3c00);
  EXPECT_EQ(float(read(f16).as<Half>()[0]), 1.0f);
  const auto bf16 = make_proto(onnx::TensorProto::BFLOAT16, {1});
  bf16->add_int32_data(0x4000);
  EXPECT_EQ(float(read(bf16).as<BFloat16>()[0]), 2.0f);
}

TEST(OnnxTensors, WideTypes) {
  const auto i64 = make_proto(onnx::TensorProto::INT64, {1});
  i64->add_int64_data(-(int64_t{1} << 40));
  EXPECT_EQ(values_of<int64_t>(read(i64)), std::vector<int64_t>{-(int64_t{1} << 40)});
  const auto u64 = make_proto(onnx::TensorProto::UINT64, {1});
  u64->add_uint64_data(~uint64_t{0});
  EXPECT_EQ(values_of<uint64_t>(read(u64)), std::vector<uint64_t>{~uint64_t{0}});
  const auto u32 = make_proto(onnx::TensorProto::UINT32, {1});
  u32->add_uint64_data(0xfffffffe);
  EXPECT_EQ(values_of<uint32_t>(read(u32)), std::vector<uint32_t>{0xfffffffe});
  const auto f64 = make_proto(onnx::TensorProto::DOUBLE, {1});
  f64->add_double_data(0.1);
  EXPECT_EQ(values_of<double>(read(f64)), std::vector<double>{0.1});
}

TEST(OnnxTensors, BoolsOfAnyByte) {
  const auto proto = make_proto(onnx::TensorProto::BOOL, {3});
  proto->set_raw_data(std::string("\x00\x01\x07", 3));
  EXPECT_EQ(values_of<bool>(read(proto)), (std::vector<bool>{false, true, true}));
}

TEST(OnnxTensors, ScalarsAndEmptyTensors) {
  const auto scalar = make_proto(onnx::TensorProto::FLOAT, {});
  scalar->add_float_data(3);
  EXPECT_EQ(read(scalar).shape(), Shape{});
  const Tensor empty = read(make_proto(onnx::TensorProto::FLOAT, {2, 0}));
  EXPECT_EQ(empty.elems(), 0);
  EXPECT_FALSE(empty.empty());
}

TEST(OnnxTensors, WrongSizes) {
  const auto raw = make_proto(onnx::TensorProto::FLOAT, {3});
  raw->set_raw_data("12345678");
  expect_refused("f32[3] needs 12 bytes, its data has 8", raw);
  const auto typed = make_proto(onnx::TensorProto::FLOAT, {3});
  typed->add_float_data(1);
  expect_refused("f32[3] needs 3 elements, its data has 1", typed);
  expect_refused("f32[3] has no data", make_proto(onnx::TensorProto::FLOAT, {3}));
}

TEST(OnnxTensors, HostileDimensions) {
  const int64_t huge = int64_t{1} << 40;
  expect_refused("f32[1099511627776] has no data", make_proto(onnx::TensorProto::FLOAT, {huge}));
  expect_refused("shape 1099511627776x1099511627776 has more than 2^63",
                 make_proto(onnx::TensorProto::FLOAT, {huge, huge}));
  expect_refused("its dimension -2 is negative", make_proto(onnx::TensorProto::FLOAT, {-2, -2}));
  const auto overflow = make_proto(onnx::TensorProto::DOUBLE, {int64_t{1} << 61});
  overflow->set_raw_data("");
  expect_refused("f64[2305843009213693952] has more than 2^56 elements", overflow);
}

TEST(OnnxTensors, UnsupportedTypesAreNamed) {
  const auto expect_unsupported = [](int type, const std::string& name) {
    expect_error(ErrorKind::unsupported, "tensor 'w': element type " + name + " is not supported",
                 [&] { read(make_proto(type, {1})); });
  };
  expect_unsupported(onnx::TensorProto::STRING, "STRING");
  expect_unsupported(onnx::TensorProto::COMPLEX64, "COMPLEX64");
  expect_unsupported(17, "FLOAT8E4M3FN");
  expect_unsupported(22, "INT4");
  expect_unsupported(99, "number 99");
  expect_refused("the element type is not given", make_proto(0, {1}));
}

/// A folder with a model's external data: 16 bytes that are the floats 1, 2, 3, 4.
class OnnxExternalData : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(dir_.path("weights"));
    const std::vector<float> values = {1, 2, 3, 4};
    for (const char* name : {"w.bin", "weights/w.bin"}) {
      dir_.write(name, std::string(reinterpret_cast<const char*>(values.data()), 16));
    }
  }

  std::string model_path() const { return dir_.path("model.onnx"); }

  static std::shared_ptr<onnx::TensorProto> external(const std::string& location, const std::string& offset = "",
                                                     const std::string& length = "") {
    const auto proto = make_proto(onnx::TensorProto::FLOAT, {2});
    proto->set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
      onnx::StringStringEntryProto& entry = *proto->add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    if (!offset.empty()) add("offset", offset);
    if (!length.empty()) add("length", length);
    return proto;
  }

  TempDir dir_;
};

TEST_F(OnnxExternalData, IsReadWhereTheModelSays) {
  EXPECT_EQ(values_of<float>(read(external("w.bin"), model_path())), (std::vector<float>{1, 2}));
  EXPECT_EQ(values_of<float>(read(external("weights/w.bin", "8", "8"), model_path())), (std::vector<float>{3, 4}));
}

TEST_F(OnnxExternalData, OffsetThatIsNotAligned) {
  const Tensor tensor = read(external("w.bin", "2"), model_path());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % alignof(float), 0u);
}

TEST_F(OnnxExternalData, MissingFile) {
  expect_refused("its external data '" + dir_.path("gone.bin") + "': the file does not exist", external("gone.bin"),
                 model_path());
}

TEST_F(OnnxExternalData, OutsideOfTheFolder) {
  expect_refused("its external data '../w.bin' lies outside", external("../w.bin"), model_path());
  expect_refused("its external data 'weights/../../w.bin' lies outside", external("weights/../../w.bin"), model_path());
  expect_refused("its external data '/etc/passwd' is an absolute path", external("/etc/passwd"), model_path());
  expect_refused("its external data has no location", external(""), model_path());
}

TEST_F(OnnxExternalData, OutOfRange) {
  expect_refused("f32[2] needs 8 bytes at offset 12 of its external data 'w.bin', which has 16",
                 external("w.bin", "12"), model_path());
  expect_refused("f32[2] needs 8 bytes at offset 18446744073709551615", external("w.bin", "18446744073709551615"),
                 model_path());
  expect_refused("f32[2] needs 8 bytes, its data has 4", external("w.bin", "0", "4"), model_path());
  expect_refused("the offset '-4' of its external data is not a number", external("w.bin", "-4"), model_path());
}

TEST_F(OnnxExternalData, NotARegularFile) {
  expect_refused("its external data '" + dir_.path("weights") + "': is a folder", external("weights"), model_path());
}

}  // namespace
}  // namespace convoy::onnx_frontend
