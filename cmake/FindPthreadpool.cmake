# pthreadpool ships neither a CMake nor a pkg-config file. Defines the imported target `pthreadpool`.
find_path(PTHREADPOOL_INCLUDE_DIR pthreadpool.h)
find_library(PTHREADPOOL_LIBRARY pthreadpool)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Pthreadpool REQUIRED_VARS PTHREADPOOL_LIBRARY PTHREADPOOL_INCLUDE_DIR)

if(Pthreadpool_FOUND AND NOT TARGET pthreadpool)
  add_library(pthreadpool UNKNOWN IMPORTED)
  set_target_properties(pthreadpool PROPERTIES IMPORTED_LOCATION ${PTHREADPOOL_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${PTHREADPOOL_INCLUDE_DIR})
endif()
