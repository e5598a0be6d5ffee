// Names and strings in text forms: bare when they are plain words, else in double quotes.
#pragma once

#include <string>
#include <string_view>

namespace convoy {

/// Characters a bare word is made of: A-Z a-z 0-9 _ . / : -
bool is_word_char(char c);
/// `text` itself when it is a nonempty bare word, else quoted, with \" \\ and \xHH escapes.
std::string quote(std::string_view text);
/// Reads what `quote` wrote from `text` at `pos`, which moves past it. Throws Error when there is no
/// word, or a quoted one does not end.
std::string unquote(std::string_view text, size_t& pos);

}  // namespace convoy
