# What `elukaar --version` says: the release and the commit, in one source file that is written anew only when they
# have changed. A commit is made far more often than CMake configures, so it is looked up at every build.
#
# As a module:  elukaar_release(TARGET) gives a target the source file.
# As a script:  cmake -D RELEASE=0.1.0 -D SOURCE=folder -D OUTPUT=file.cpp -P ElukaarRelease.cmake writes it.

if(CMAKE_SCRIPT_MODE_FILE)
  set(commit unknown)  # an archive without .git, or a machine without git
  find_program(git git)
  if(git AND EXISTS ${SOURCE}/.git)
    execute_process(COMMAND ${git} --no-optional-locks -C ${SOURCE} describe --always --exclude=* --abbrev=12 --dirty=-changed
                    OUTPUT_VARIABLE found RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(commit ${found})
    endif()
  endif()
  file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "app/release.hpp"

namespace elukaar::app {

const std::string_view release = "@RELEASE@";
const std::string_view commit = "@commit@";

}  // namespace elukaar::app
]])
  return()
endif()

set(ELUKAAR_RELEASE_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(elukaar_release target)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/release.cpp)
  add_custom_target(${target}_release BYPRODUCTS ${source} VERBATIM
    COMMAND ${CMAKE_COMMAND} -D RELEASE=${PROJECT_VERSION} -D SOURCE=${CMAKE_SOURCE_DIR} -D OUTPUT=${source}
            -P ${ELUKAAR_RELEASE_SCRIPT})
  target_sources(${target} PRIVATE ${source})
  add_dependencies(${target} ${target}_release)
endfunction()
