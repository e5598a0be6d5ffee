// Text form of operator attributes: `name=value` with integers, floats, words and integer lists.
#pragma once

#include <convoy/tensor.h>

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "support/error.h"

namespace convoy {

/// Attribute text by name: {"strides": "[2,2]", "group": "1"}.
using AttributeMap = std::map<std::string, std::string>;

std::string attribute_text(int64_t value);
std::string attribute_text(double value);  ///< shortest text that reads back to the same value
std::string attribute_text(const std::string& value);
std::string attribute_text(const std::vector<int64_t>& value);
std::string attribute_text(const std::vector<double>& value);

/// Each throws Error when the text is not of the type.
void parse_attribute(const std::string& text, int64_t& value);
void parse_attribute(const std::string& text, double& value);
void parse_attribute(const std::string& text, std::string& value);
void parse_attribute(const std::string& text, std::vector<int64_t>& value);
void parse_attribute(const std::string& text, std::vector<double>& value);

/// An enum used as an attribute specialises this: `static constexpr const char* words[]`
/// in the order of its enumerators.
template <class E>
struct EnumWords;

template <class E>
std::string enum_word(E value) {
  return EnumWords<E>::words[static_cast<size_t>(value)];
}

/// The enumerator of a word; throws Error that lists the valid ones.
template <class E>
E enum_value(const std::string& word) {
  const auto& words = EnumWords<E>::words;
  std::string valid;
  for (size_t i = 0; i < std::size(words); ++i) {
    if (word == words[i]) return static_cast<E>(i);
    valid += (i ? ", " : "") + std::string(words[i]);
  }
  invalid_input("'{}' is none of {}", word, valid);
}

class AttributeWriter {
 public:
  template <class T>
  void operator()(const char* name, const T& value) {
    std::string text;
    if constexpr (std::is_enum_v<T>) {
      text = enum_word(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      text = attribute_text(static_cast<double>(value));
    } else if constexpr (std::is_integral_v<T>) {
      text = attribute_text(static_cast<int64_t>(value));
    } else if constexpr (std::is_same_v<T, Shape>) {
      text = attribute_text(value.dims());
    } else {
      text = attribute_text(value);
    }
    text_ += std::string(" ") + name + "=" + text;
  }
  /// Writes nothing when the value is the usual one.
  template <class T>
  void unless(const T& usual, const char* name, const T& value) {
    if (!(value == usual)) (*this)(name, value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class AttributeReader {
 public:
  explicit AttributeReader(const AttributeMap& attributes) : rest_(attributes) {}

  /// Leaves `value` as it is when the attribute is not given.
  template <class T>
  void operator()(const char* name, T& value) {
    auto it = rest_.find(name);
    if (it == rest_.end()) return;
    with_context(std::string("attribute ") + name, [&] { read(it->second, value); });
    rest_.erase(it);
  }
  template <class T>
  void unless(const T&, const char* name, T& value) {
    (*this)(name, value);
  }
  /// Throws Error when an attribute was given that the operator does not have.
  void finish() const {
    if (!rest_.empty()) invalid_input("unknown attribute '{}'", rest_.begin()->first);
  }

 private:
  template <class T>
  static void read(const std::string& text, T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = enum_value<T>(text);
    } else if constexpr (std::is_floating_point_v<T>) {
      double number = 0;
      parse_attribute(text, number);
      value = static_cast<T>(number);
    } else if constexpr (std::is_integral_v<T>) {
      int64_t number = 0;
      parse_attribute(text, number);
      value = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, Shape>) {
      std::vector<int64_t> dims;
      parse_attribute(text, dims);
      value = Shape(dims);
    } else {
      parse_attribute(text, value);
    }
  }

  AttributeMap rest_;
};

template <>
struct EnumWords<DType> {
  static constexpr const char* words[] = {"f32", "f64", "f16", "bf16", "i8",  "u8",  "i16",
                                          "u16", "i32", "u32", "i64",  "u64", "bool"};
};

}  // namespace convoy
