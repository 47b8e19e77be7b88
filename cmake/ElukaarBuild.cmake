# How every target of this project is built: one function for a module, one for a test binary.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(ELUKAAR_WERROR "Treat warnings as errors" OFF)
set(ELUKAAR_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")

find_program(ELUKAAR_CCACHE ccache)
if(ELUKAAR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ELUKAAR_CCACHE})
endif()

add_library(elukaar_options INTERFACE)
# -Wrestrict: GCC 12 reports string concatenation that is right (its bug 105651).
target_compile_options(elukaar_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_options(elukaar_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                 $<$<BOOL:${ELUKAAR_WERROR}>:-Werror>)
# In a unity build a source file is an included file, and GCC warns of its anonymous namespace as if it
# were a header's.
if(CMAKE_UNITY_BUILD)
  target_compile_options(elukaar_options INTERFACE -Wno-subobject-linkage)
endif()
if(ELUKAAR_SANITIZE)
  target_compile_options(elukaar_options INTERFACE -fsanitize=${ELUKAAR_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(elukaar_options INTERFACE -fsanitize=${ELUKAAR_SANITIZE})
endif()
find_program(ELUKAAR_MOLD mold)
if(ELUKAAR_MOLD)
  target_link_options(elukaar_options INTERFACE -fuse-ld=mold)
endif()

# elukaar_module(NAME SOURCES a.cpp … [DEPENDS other modules …] [PRIVATE third-party targets …]
#                [NO_UNITY])
# A static library `elukaar_NAME`. DEPENDS is the module table's row (and so the link graph is the
# dependency rule); PRIVATE libraries may not appear in the module's headers.
function(elukaar_module name)
  cmake_parse_arguments(PARSE_ARGV 1 m "NO_UNITY" "" "SOURCES;DEPENDS;PRIVATE")
  add_library(elukaar_${name} STATIC ${m_SOURCES})
  add_library(elukaar::${name} ALIAS elukaar_${name})
  target_include_directories(elukaar_${name} PUBLIC ${CMAKE_SOURCE_DIR}/orchestrator
                                                    ${CMAKE_SOURCE_DIR}/connectors)
  list(TRANSFORM m_DEPENDS PREPEND elukaar_)
  target_link_libraries(elukaar_${name} PUBLIC ${m_DEPENDS} PRIVATE elukaar_options ${m_PRIVATE})
  set_target_properties(elukaar_${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 6)
  if(m_NO_UNITY)
    set_target_properties(elukaar_${name} PROPERTIES UNITY_BUILD OFF)
  endif()
endfunction()

# elukaar_test(NAME KIND kind SOURCES … [DEPENDS modules …] [PRIVATE third-party targets …])
# A GoogleTest binary `kind_NAME`; every test of it is a ctest test with the label `kind`.
function(elukaar_test name)
  cmake_parse_arguments(PARSE_ARGV 1 t "" "KIND" "SOURCES;DEPENDS;PRIVATE")
  set(target ${t_KIND}_${name})
  add_executable(${target} ${t_SOURCES})
  list(TRANSFORM t_DEPENDS PREPEND elukaar_)
  target_link_libraries(${target} PRIVATE elukaar_options ${t_DEPENDS} ${t_PRIVATE}
                                          GTest::gmock GTest::gtest_main)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE ELUKAAR_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                               ELUKAAR_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # What is tested is optimised; the tests themselves are compiled twice as fast without.
  target_compile_options(${target} PRIVATE -O0)
  # Tests of one binary name their fixtures alike; each file stays by itself.
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  # `tests_KIND` builds one kind. Kinds that use the one PostgreSQL and Kafka take turns.
  if(NOT TARGET tests_${t_KIND})
    add_custom_target(tests_${t_KIND})
  endif()
  add_dependencies(tests_${t_KIND} ${target})
  set(lock)
  if(NOT t_KIND MATCHES "^(unit|simulation|tidy)$")
    set(lock RESOURCE_LOCK services)
  endif()
  gtest_discover_tests(${target} PROPERTIES LABELS ${t_KIND} TIMEOUT 300 ${lock} DISCOVERY_TIMEOUT 60)
endfunction()
