# `cmake --install`: library, headers, the files by which CMake and pkg-config projects find them, and what the program
# loads. An installed tree may be moved: its files name each other relative to where they lie.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Convoy)
get_target_property(library_type convoy TYPE)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/convoy TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
install(TARGETS convoy EXPORT ConvoyTargets)
install(EXPORT ConvoyTargets NAMESPACE Convoy:: DESTINATION ${package_dir})

# The picture codec is the program's alone. Where the program looks for it, and for the library if that is shared:
install(TARGETS convoy_image_codec LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/convoy)
file(RELATIVE_PATH from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set(CONVOY_PROGRAM_RPATH "\$ORIGIN/${from_program}/convoy" "\$ORIGIN/${from_program}")

# Programs that link the static library link what it uses, too.
if(library_type STREQUAL "STATIC_LIBRARY")
  set(CONVOY_IS_STATIC ON)
else()
  set(CONVOY_IS_STATIC OFF)
  set(private ".private")
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ConvoyConfig.cmake.in ConvoyConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ConvoyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ConvoyConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/ConvoyConfigVersion.cmake
        DESTINATION ${package_dir})

set(CONVOY_PC_REQUIRES "Requires${private}: fmt protobuf libcpuinfo sqlite3")
execute_process(COMMAND ${LLVM_TOOLS_BINARY_DIR}/llvm-config --link-static --libs ${CONVOY_LLVM_COMPONENTS}
                OUTPUT_VARIABLE llvm_libraries OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(CONVOY_PC_LIBS "-lonnx_proto -L${LLVM_LIBRARY_DIR} ${llvm_libraries} -lz -lzstd -pthread")
if(private)
  set(CONVOY_PC_LIBS "\nLibs.private: ${CONVOY_PC_LIBS}")
endif()
file(RELATIVE_PATH CONVOY_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/convoy.pc.in convoy.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/convoy.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
