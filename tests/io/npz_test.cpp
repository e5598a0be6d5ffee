#include "io/npz.h"

#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

using Npz = TempFolder;

NamedTensors sample() {
  return {{"/model/relu:0", Tensor::of<float>({1, 2, 3})}, {"class", Tensor::scalar<int64_t>(7)}};
}

TEST_F(Npz, RoundTripsInOrderWithOddNames) {
  write_npz(path("y.npz"), sample());
  const NamedTensors read = read_npz(path("y.npz"));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].first, "/model/relu:0");
  EXPECT_EQ(read[0].second.as<float>()[2], 3);
  EXPECT_EQ(read[1].first, "class");
  EXPECT_EQ(read[1].second.as<int64_t>()[0], 7);
  EXPECT_EQ(count(), 1u);
}

TEST_F(Npz, EqualTensorsGiveEqualFiles) {
  write_npz(path("a.npz"), sample());
  write_npz(path("b.npz"), sample());
  EXPECT_EQ(read("a.npz"), read("b.npz"));
}

TEST_F(Npz, ReadsDeflatedArrays) {
  // np.savez_compressed(x=np.zeros(3, np.uint8)), whose data is 3 bytes.
  static const unsigned char bytes[] = {
#include "io/deflated_npz.inc"
  };
  const NamedTensors read = read_npz(write("x.npz", std::string(bytes, bytes + sizeof bytes)));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].first, "x");
  EXPECT_EQ(read[0].second.type(), (TensorType{DType::u8, {3}}));
}

TEST_F(Npz, RefusesDamage) {
  write_npz(path("y.npz"), sample());
  const std::string good = read("y.npz");
  expect_invalid("not a readable .npz", [&] { read_npz(write("t.npz", good.substr(0, good.size() / 2))); });
  expect_invalid("not a readable .npz", [&] { read_npz(write("x.npz", "just some text")); });
  expect_invalid("is empty", [&] { read_npz(write("e.npz", "")); });
  expect_invalid("none.npz: cannot be read", [&] { read_npz(path("none.npz")); });
  std::string changed = good;
  changed[changed.find("NUMPY") + 130] ^= 1;  // in the data of the first array
  expect_invalid("array '/model/relu:0': CRC error", [&] { read_npz(write("c.npz", changed)); });
}

TEST_F(Npz, SurvivesChangedBytes) {
  write_npz(path("y.npz"), sample());
  const std::string good = read("y.npz");
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0xff);
    try {
      read_npz(write("bad.npz", bad));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input) << "byte " << at << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace convoy
