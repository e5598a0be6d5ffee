#include "io/npy_header.h"

#include <fmt/ranges.h>

#include <limits>

#include "support/error.h"

namespace convoy {
namespace {

constexpr int kMaxRank = 32;  // NumPy's own limit until 2.0

struct Descr {
  const char* text;  ///< without the byte order
  DType dtype;
};

constexpr Descr kDescrs[] = {
    {"f4", DType::f32}, {"f8", DType::f64}, {"f2", DType::f16},     {"V2", DType::bf16}, {"i1", DType::i8},
    {"u1", DType::u8},  {"i2", DType::i16}, {"u2", DType::u16},     {"i4", DType::i32},  {"u4", DType::u32},
    {"i8", DType::i64}, {"u8", DType::u64}, {"b1", DType::boolean},
};

DType parse_descr(std::string_view descr) {
  for (const Descr& known : kDescrs) {
    if (descr.size() != 3 || descr.substr(1) != known.text) continue;
    if (descr[0] == '<' || descr[0] == '|' || descr[0] == '=') return known.dtype;
    if (descr[0] == '>' && size_of(known.dtype) == 1) return known.dtype;
    if (descr[0] == '>') invalid_input("big-endian dtype '{}': save it as '<{}'", descr, known.text);
  }
  invalid_input("dtype '{}' is not supported: use float16/32/64, (u)int8/16/32/64 or bool", descr);
}

std::string descr_text(DType dtype) {
  for (const Descr& known : kDescrs) {
    if (known.dtype == dtype) return (size_of(dtype) == 1 ? "|" : "<") + std::string(known.text);
  }
  internal_error("no .npy dtype for {}", to_string(dtype));
}

/// Reads the subset of Python's literals that the header is made of.
class DictParser {
 public:
  explicit DictParser(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr") {
        header.type.dtype = descr();
        has_descr = true;
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape") {
        header.type.shape = shape();
        has_shape = true;
      } else {
        invalid_input("unknown key '{}' in the .npy header", key);
      }
      if (accept(',')) continue;
      expect('}');
      break;
    }
    if (!has_descr || !has_order || !has_shape) invalid_input("the .npy header lacks descr, fortran_order or shape");
    return header;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) invalid_input("malformed .npy header: '{}' expected at character {}", c, at_);
  }
  std::string_view string() {
    const char quote = accept('"') ? '"' : (expect('\''), '\'');
    const size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) invalid_input("malformed .npy header: a string does not end");
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }
  DType descr() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') invalid_input("structured dtypes are not supported");
    return parse_descr(string());
  }
  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    invalid_input("malformed .npy header: True or False expected at character {}", at_);
  }
  Shape shape() {
    std::vector<int64_t> dims;
    expect('(');
    while (!accept(')')) {
      dims.push_back(integer());
      if (dims.size() > kMaxRank) invalid_input("more than {} axes", kMaxRank);
      if (accept(',')) continue;
      expect(')');
      break;
    }
    return Shape(std::move(dims));
  }
  int64_t integer() {
    skip_space();
    const size_t begin = at_;
    int64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (value > (std::numeric_limits<int64_t>::max() - 9) / 10) invalid_input("an extent does not fit 64 bits");
      value = value * 10 + (text_[at_] - '0');
    }
    if (at_ == begin) invalid_input("malformed .npy header: an extent expected at character {}", at_);
    accept('L');  // Python 2
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text) {
  return DictParser(text).parse();
}

std::string npy_header_bytes(const TensorType& type) {
  const std::vector<int64_t>& dims = type.shape.dims();
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_text(type.dtype),
                                 fmt::join(dims, ", "), dims.size() == 1 ? "," : "");
  constexpr size_t kPrefix = 10, kAlignment = 64;
  dict.append(kAlignment - (kPrefix + dict.size() + 1) % kAlignment, ' ');
  dict += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dict.size() & 0xff);
  bytes += static_cast<char>(dict.size() >> 8);
  return bytes + dict;
}

}  // namespace convoy
