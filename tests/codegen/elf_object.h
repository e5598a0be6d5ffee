// Relocatable ELF objects (x86-64), put together piece by piece: also those that no compiler makes.
#pragma once

#include <elf.h>

#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

/// Sections and symbols are numbered in the order in which they are added, from 1.
class ElfObject {
 public:
  struct Section {
    std::string name, bytes;
    uint64_t flags = SHF_ALLOC;
    uint64_t alignment = 1;
    uint32_t type = SHT_PROGBITS;
  };

  int section(Section section);
  /// In no section (0): undefined.
  int symbol(const std::string& name, int section, uint64_t value = 0, int type = STT_OBJECT);
  int function(const std::string& name, int section, uint64_t value = 0) {
    return symbol(name, section, value, STT_FUNC);
  }
  /// What stands at `offset` in the section depends on the symbol's address.
  void relocation(int section, uint64_t offset, uint32_t type, int symbol, int64_t addend);

  /// The file.
  std::string bytes() const;

 private:
  std::vector<Section> sections_ = {{}};
  std::vector<std::vector<Elf64_Rela>> relocations_ = {{}};  ///< by section
  std::vector<Elf64_Sym> symbols_ = {{}};
  std::string names_ = std::string(1, '\0');  ///< of symbols
};

}  // namespace convoy
