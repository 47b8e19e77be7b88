# Files that become part of the program: what people edit as SQL, YAML or HTML and no search at run time may miss.

# elukaar_embed(MODULE NAME path …)
# Gives the module of this folder, in its own namespace and as "<folder>/NAME.hpp", the array NAME of EmbeddedFile
# (orchestrator/base/embedded_file.hpp): the files in the order given, named as they are here. The header is written into
# the build folder anew whenever one of them has changed. Call it after elukaar_module.
function(elukaar_embed module name)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/orchestrator
             OUTPUT_VARIABLE folder)
  string(REPLACE "/" "::" namespace "elukaar/${folder}")
  set(header "#pragma once\n\n#include \"base/embedded_file.hpp\"\n\nnamespace ${namespace} {\n\n")
  string(APPEND header "inline constexpr EmbeddedFile ${name}[] = {\n")
  foreach(path ${ARGN})
    set(file ${CMAKE_CURRENT_SOURCE_DIR}/${path})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    # A string literal may be no longer than a compiler promises to take; adjacent ones are joined.
    string(REPLACE "\n\n" "\n)embedded\"\nR\"embedded(\n" text "${text}")
    string(APPEND header "    {\"${path}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  string(APPEND header "};\n\n}  // namespace ${namespace}\n")
  set(include ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  file(WRITE ${include}/${name}.new "${header}")
  file(MAKE_DIRECTORY ${include}/${folder})
  file(COPY_FILE ${include}/${name}.new ${include}/${folder}/${name}.hpp ONLY_IF_DIFFERENT)
  target_include_directories(elukaar_${module} PRIVATE ${include})
endfunction()
