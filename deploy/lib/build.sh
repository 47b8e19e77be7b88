# shellcheck shell=bash
# Builds the program, the portal and the tests. Sourced; needs steps.sh and `root`, the source folder.

# configure_program — in build/release. Warnings are errors: the only compiler is Debian 12's. The flags
# are the same for the demo and the tests, so that neither makes the other build everything anew.
configure_program() {
  local log=$root/var/log/configure.log
  mkdir -p "$root/var/log"
  (cd "$root" && cmake --preset release -DELUKAAR_WERROR=ON) >"$log" 2>&1 </dev/null ||
    fail_with_log "$log" "CMake could not configure the program"
}

# build_targets TARGET… — those of them that the configured build knows.
build_targets() {
  local log=$root/var/log/build.log target all known=()
  # Not through a pipe: a reader that has found its line closes it, and the writer's end would count.
  all=$(ninja -C "$root/build/release" -t targets all)
  for target in "$@"; do
    if [[ $'\n'$all == *$'\n'"$target: "* ]]; then known+=("$target"); fi
  done
  [ ${#known[@]} -gt 0 ] || fail "none of these can be built: $*"
  NINJA_STATUS='%p (%f of %t) ' long_step "$log" \
    cmake --build "$root/build/release" --parallel "$(nproc)" --target "${known[@]}" ||
    fail_with_log "$log" "the program could not be built"
}

# install_npm FOLDER — `npm ci` where the lock file is not the one that was installed last.
install_npm() {
  local folder=$1 log mark=$1/node_modules/.elukaar-lock
  log=$root/var/log/npm-$(basename "$folder").log
  if cmp -s "$folder/package-lock.json" "$mark"; then return; fi
  step "Installs the npm packages of ${folder#"$root"/}"
  long_step "$log" npm ci --prefix "$folder" --no-audit --no-fund --loglevel=warn ||
    fail_with_log "$log" "npm could not install the packages of ${folder#"$root"/}"
  cp "$folder/package-lock.json" "$mark"
}

# build_portal — portal/dist, unless it is newer than everything it is made of.
build_portal() {
  local portal=$root/portal log=$root/var/log/portal.log
  if [ ! -e "$portal/package.json" ]; then return; fi
  install_npm "$portal"
  if [ -e "$portal/dist/index.html" ] && [ -z "$(find "$portal" -path "$portal/node_modules" -prune -o \
      -path "$portal/dist" -prune -o -type f -newer "$portal/dist/index.html" -print -quit)" ]; then
    return
  fi
  step "Builds the portal"
  long_step "$log" npm run build --prefix "$portal" || fail_with_log "$log" "the portal could not be built"
  touch "$portal/dist/index.html"
}
