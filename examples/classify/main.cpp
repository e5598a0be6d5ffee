// Runs a classification network and prints its five best classes:
//   classify model.onnx [input.npy]
// The input is an array of float32 in C order, as numpy.save writes it; without one it is random.
#include <convoy/convoy.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <random>

namespace {

/// Fills `tensor` from a .npy file of float32. False when the file does not hold exactly that many.
bool read_npy(const char* path, convoy::Tensor& tensor) {
  std::ifstream file(path, std::ios::binary);
  // Magic and version (8 bytes), length of the header (2, little-endian), header, data.
  unsigned char start[10] = {};
  file.read(reinterpret_cast<char*>(start), sizeof(start));
  std::string header(start[8] + 256 * start[9], ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  if (!file || header.find("'<f4'") == std::string::npos || header.find("True") != std::string::npos) return false;
  file.read(static_cast<char*>(tensor.data()), tensor.bytes());
  return file.gcount() == tensor.bytes() && file.peek() == std::ifstream::traits_type::eof();
}

void fill_random(convoy::Tensor& tensor) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::generate_n(tensor.as<float>(), tensor.elems(), [&] { return normal(random); });
}

void print_best(const convoy::Tensor& scores, int count) {
  std::vector<int64_t> classes(scores.elems());
  std::iota(classes.begin(), classes.end(), 0);
  auto better = [&](int64_t a, int64_t b) { return scores.as<float>()[a] > scores.as<float>()[b]; };
  count = static_cast<int>(std::min<int64_t>(count, scores.elems()));
  std::partial_sort(classes.begin(), classes.begin() + count, classes.end(), better);
  for (int i = 0; i < count; ++i) {
    std::printf("%4d  %g\n", static_cast<int>(classes[i]), scores.as<float>()[classes[i]]);
  }
}

int fail(const std::string& message) {
  std::fprintf(stderr, "classify: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return fail("usage: classify model.onnx [input.npy]");
  auto program = convoy::compile(argv[1]);
  if (!program) return fail(program.status().message());
  if (program->inputs().size() != 1 || program->inputs()[0].type.dtype != convoy::DType::f32 ||
      program->outputs()[0].type.dtype != convoy::DType::f32) {
    return fail("expected a network from one float32 image to float32 scores");
  }

  convoy::Context context(*program);
  convoy::Tensor& image = context.input(0);
  if (argc < 3) {
    fill_random(image);
  } else if (!read_npy(argv[2], image)) {
    return fail(std::string(argv[2]) + ": expected a .npy file of " + image.type().str());
  }
  context.run();
  print_best(context.output(0), 5);
  return 0;
}
