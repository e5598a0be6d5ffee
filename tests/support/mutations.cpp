#include "support/mutations.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/error.h"
#include "support/sanitizers.h"

#if defined(CONVOY_ASAN) || defined(CONVOY_TSAN)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

namespace convoy {
namespace {

constexpr int kMutations = 1000;
/// Of one import. The models need a few megabytes.
constexpr rlim_t kMemoryBytes = rlim_t{1} << 30;
constexpr unsigned kSeconds = 10;

class Mutator {
 public:
  Mutator(const std::string& model, const std::vector<size_t>& places, unsigned seed)
      : bytes_(model), places_(places), random_(seed) {}

  std::string run() {
    switch (below(4)) {
      case 0:
        flip_bits();
        break;
      case 1:
        overwrite();
        break;
      case 2:
        splice();
        break;
      default:
        bytes_.resize(below(bytes_.size()));
        break;
    }
    return std::move(bytes_);
  }

 private:
  size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  size_t place() { return places_[below(places_.size())]; }

  void flip_bits() {
    for (size_t count = 1 + below(8); count > 0; --count) bytes_[place()] ^= static_cast<char>(1u << below(8));
  }
  /// Bytes that lengths, tags and extents go wrong with.
  void overwrite() {
    constexpr unsigned char kValues[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t count = 1 + below(4); count > 0; --count) {
      bytes_[place()] = static_cast<char>(kValues[below(std::size(kValues))]);
    }
  }
  /// Copies a part to another place, over what is there or in between.
  void splice() {
    const size_t from = place(), to = place();
    const std::string part = bytes_.substr(from, 1 + below(64));
    bytes_.replace(to, below(2) ? part.size() : 0, part);
  }

  std::string bytes_;
  const std::vector<size_t>& places_;
  std::mt19937 random_;
};

using Import = std::function<void(const std::string&)>;

/// Whatever else is thrown ends the process.
void import_mutation(const Import& import, const std::string& bytes) noexcept {
  try {
    import(bytes);
  } catch (const Error& error) {
    // A bug in Convoy is none of the answers that a damaged model may get.
    if (error.kind() == ErrorKind::internal) {
      std::fprintf(stderr, "%s\n", error.what());
      std::abort();
    }
  }
}

void limit_resources() {
  // Sanitizers reserve terabytes of addresses.
  const rlimit memory{kMemoryBytes, kMemoryBytes};
  if (!kSanitized) setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

/// Memory that a child process shares with this one: where it says how far it is.
int* shared_int() {
  void* memory = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return static_cast<int*>(memory);
}

/// Imports the mutations of seeds [begin, end) in a child process. Returns the seed at which it died, or -1.
int first_death(const Mutation& mutation, const Import& import, int begin, int end) {
  int* seed = shared_int();
  *seed = begin;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    limit_resources();
    for (; *seed < end; ++*seed) {
      alarm(kSeconds);
      import_mutation(import, mutation(static_cast<unsigned>(*seed)));
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const int reached = *seed;
  munmap(seed, sizeof(int));
  return status == 0 ? -1 : reached;
}

}  // namespace

std::string read_model(const std::string& name) {
  std::ifstream file(std::string(CONVOY_TEST_DATA) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Mutation byte_mutations(const std::string& model, const std::vector<size_t>& places) {
  return [=](unsigned seed) { return Mutator(model, places, seed).run(); };
}

Mutation number_mutations(const std::string& model, NumberChange change) {
  return [=](unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes = model;
    for (unsigned count = 1 + random() % 8; count > 0; --count) {
      const std::string next = change(bytes, random);
      if (!next.empty()) bytes = next;
    }
    return bytes;
  };
}

void expect_import_or_error(const Mutation& mutation, const std::string& program, const Import& import) {
  const char* chosen = std::getenv("CONVOY_MUTATION");
  const int begin = chosen ? std::atoi(chosen) : 0;
  const int end = chosen ? begin + 1 : kMutations;
  for (int seed = begin; seed < end; ++seed) {
    seed = first_death(mutation, import, seed, end);
    if (seed < 0) break;
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << "crashes, hangs or takes too much memory; repeat with\n  CONVOY_MUTATION=" << seed << " "
                  << program << " --gtest_filter=" << test.test_suite_name() << "." << test.name();
  }
}

}  // namespace convoy
