# Everything the library links, all from Debian packages (scripts/setup installs them).
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(ONNX CONFIG REQUIRED)
# FlatBuffers, for TFLite: its compiler, and headers only.
find_program(FLATC flatc REQUIRED)
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)
find_package(LLVM 19.1 CONFIG REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(cpuinfo REQUIRED IMPORTED_TARGET libcpuinfo)
pkg_check_modules(vips REQUIRED IMPORTED_TARGET vips)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)

# LLVM's code generator for the instruction sets Convoy emits, linked statically: libLLVM.so holds all of LLVM and
# costs every process 30 ms and 48 MB for its relocations.
set(CONVOY_LLVM_COMPONENTS core object support target mc codegen asmprinter selectiondag targetparser x86codegen x86desc
    x86info)
llvm_map_components_to_libnames(CONVOY_LLVM_LIBRARIES ${CONVOY_LLVM_COMPONENTS})
