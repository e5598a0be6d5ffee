#include "graph/text_scanner.h"

#include <charconv>

#include "graph/attributes.h"
#include "graph/quote.h"
#include "support/error.h"

namespace convoy {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// "1x3x224x224".
Shape parse_shape(std::string_view text) {
  std::vector<int64_t> dims;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = rest.find('x');
    const std::string_view dim = rest.substr(0, length);
    const auto [end, error] = std::from_chars(dim.data(), dim.data() + dim.size(), dims.emplace_back());
    const bool ends_in_x = length + 1 == rest.size();
    if (error != std::errc() || end != dim.data() + dim.size() || dims.back() < 0 || ends_in_x) {
      invalid_input("'{}' is not a shape", text);
    }
    rest = length == std::string_view::npos ? "" : rest.substr(length + 1);
  }
  return Shape(std::move(dims));
}

}  // namespace

void LineScanner::skip_spaces() {
  while (pos_ < line_.size() && is_space(line_[pos_])) ++pos_;
}

bool LineScanner::at_end() {
  skip_spaces();
  return pos_ == line_.size();
}

bool LineScanner::accept(std::string_view token) {
  skip_spaces();
  if (!rest().starts_with(token)) return false;
  pos_ += token.size();
  return true;
}

void LineScanner::expect(std::string_view token) {
  if (!accept(token)) invalid_input("expected '{}' at '{}'", token, rest().substr(0, 20));
}

std::string LineScanner::word() {
  skip_spaces();
  return unquote(line_, pos_);
}

TensorType LineScanner::type() {
  const DType dtype = enum_value<DType>(word());
  expect("[");
  const size_t end = line_.find(']', pos_);
  if (end == std::string_view::npos) invalid_input("expected ']' after '{}'", rest().substr(0, 20));
  Shape shape = parse_shape(line_.substr(pos_, end - pos_));
  pos_ = end + 1;
  return {dtype, std::move(shape)};
}

std::string LineScanner::token() {
  skip_spaces();
  const size_t begin = pos_;
  if (rest().starts_with('"')) {
    unquote(line_, pos_);
  } else {
    while (pos_ < line_.size() && !is_space(line_[pos_])) ++pos_;
  }
  return std::string(line_.substr(begin, pos_ - begin));
}

void LineScanner::expect_end() {
  if (!at_end()) invalid_input("did not expect '{}'", rest().substr(0, 20));
}

}  // namespace convoy
