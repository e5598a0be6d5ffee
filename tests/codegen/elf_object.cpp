#include "codegen/elf_object.h"

#include <cstring>

namespace convoy {

namespace {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Appends sections and the headers that describe them.
class Writer {
 public:
  Writer() : file_(sizeof(Elf64_Ehdr), '\0') {}

  void add(const ElfObject::Section& section, Elf64_Shdr header = {}) {
    header.sh_name = name(section.name);
    header.sh_type = section.type;
    header.sh_flags = section.flags;
    header.sh_offset = file_.size();
    header.sh_size = section.bytes.size();
    header.sh_addralign = section.alignment;
    headers_.push_back(header);
    if (section.type != SHT_NOBITS) file_ += section.bytes;
  }

  std::string finish() && {
    const auto names = static_cast<uint16_t>(headers_.size());
    const uint32_t own_name = name(".shstrtab");
    add({.name = "", .bytes = names_, .flags = 0, .type = SHT_STRTAB});
    headers_.back().sh_name = own_name;
    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_REL;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = names + 1;
    header.e_shstrndx = names;
    file_.resize((file_.size() + 7) / 8 * 8);
    header.e_shoff = file_.size();
    std::memcpy(file_.data(), &header, sizeof header);
    return file_ + bytes_of(headers_);
  }

 private:
  uint32_t name(const std::string& name) {
    const auto at = static_cast<uint32_t>(names_.size());
    names_ += name + '\0';
    return at;
  }

  std::string file_, names_;
  std::vector<Elf64_Shdr> headers_;
};

}  // namespace

int ElfObject::section(Section section) {
  sections_.push_back(std::move(section));
  relocations_.emplace_back();
  return static_cast<int>(sections_.size()) - 1;
}

int ElfObject::symbol(const std::string& name, int section, uint64_t value, int type) {
  Elf64_Sym symbol = {};
  symbol.st_name = static_cast<uint32_t>(names_.size());
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, type);
  symbol.st_shndx = static_cast<uint16_t>(section);
  symbol.st_value = value;
  symbols_.push_back(symbol);
  names_ += name + '\0';
  return static_cast<int>(symbols_.size()) - 1;
}

void ElfObject::relocation(int section, uint64_t offset, uint32_t type, int symbol, int64_t addend) {
  relocations_[section].push_back({offset, ELF64_R_INFO(static_cast<uint64_t>(symbol), type), addend});
}

std::string ElfObject::bytes() const {
  Writer writer;
  writer.add({.name = "", .bytes = "", .flags = 0, .alignment = 0, .type = SHT_NULL});
  for (size_t i = 1; i < sections_.size(); ++i) writer.add(sections_[i]);
  // The tables come behind: symbols, their names, relocations.
  const auto symtab = static_cast<uint32_t>(sections_.size());
  writer.add({.name = ".symtab", .bytes = bytes_of(symbols_), .flags = 0, .alignment = 8, .type = SHT_SYMTAB},
             {.sh_link = symtab + 1, .sh_info = 1, .sh_entsize = sizeof(Elf64_Sym)});
  writer.add({.name = ".strtab", .bytes = names_, .flags = 0, .type = SHT_STRTAB});
  for (size_t i = 1; i < sections_.size(); ++i) {
    if (relocations_[i].empty()) continue;
    writer.add({.name = ".rela" + sections_[i].name,
                .bytes = bytes_of(relocations_[i]),
                .flags = SHF_INFO_LINK,
                .alignment = 8,
                .type = SHT_RELA},
               {.sh_link = symtab, .sh_info = static_cast<uint32_t>(i), .sh_entsize = sizeof(Elf64_Rela)});
  }
  return std::move(writer).finish();
}

}  // namespace convoy
