// Runs a target without libFuzzer: every input of a corpus folder, then as many mutations of them as
// asked, chosen by a seed that is printed. For CI, whose compiler has no libFuzzer, and for repeating
// what a longer run has found: replay FOLDER [MUTATIONS [SEED]].
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t max_input = 64 * 1024;
constexpr unsigned seconds_an_input = 10;
constexpr long max_resident_kilobytes = 200L * 1024;

std::vector<Bytes> read_corpus(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  Bytes next() {
    Bytes bytes = any();
    for (std::size_t rounds = 1 + below(4); rounds > 0; --rounds) change(bytes);
    if (bytes.size() > max_input) bytes.resize(max_input);
    return bytes;
  }

 private:
  std::size_t below(std::size_t end) {
    return end == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  const Bytes& any() { return corpus_[below(corpus_.size())]; }

  void change(Bytes& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min(below(16) + 1, bytes.size() - at);
    const auto end = place + static_cast<std::ptrdiff_t>(length);
    switch (below(5)) {
      case 0:
        bytes.insert(place, static_cast<std::uint8_t>(below(256)));
        break;
      case 1:
        bytes.erase(place, end);
        break;
      case 2:
        if (at < bytes.size()) bytes[at] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 3: {  // a piece again, many times: nesting, long numbers
        const Bytes piece(place, end);
        for (std::size_t n = below(64); n > 0; --n) {
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
        }
        break;
      }
      default: {  // a piece of another input
        const Bytes& other = any();
        const auto from = other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1));
        bytes.insert(place, from, other.end());
      }
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("expected: replay FOLDER [MUTATIONS [SEED]]\n", stderr);
    return 2;
  }
  const std::vector<Bytes> corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: expected inputs, found none\n", argv[1]);
    return 2;
  }
  const unsigned long mutations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  const unsigned long long seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 20261121;
  std::printf("%zu inputs, %lu mutations, seed %llu\n", corpus.size(), mutations, seed);
  std::fflush(stdout);
  Mutator mutator(corpus, seed);
  for (unsigned long i = 0; i < corpus.size() + mutations; ++i) {
    const Bytes input = i < corpus.size() ? corpus[i] : mutator.next();
    ::alarm(seconds_an_input);  // a hang ends the process
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("at most %ld kB resident\n", used.ru_maxrss);
  return used.ru_maxrss > max_resident_kilobytes ? 1 : 0;
}
