# shellcheck shell=bash
# How the scripts of this folder speak: one line a step, progress on long ones, and the reason with the
# place to look when something fails. Sourced, never run.

# A step that begins:            "12:04:31  Builds the program"
step() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }

# Something said within a step:  "          43 packages are missing"
detail() { printf '          %s\n' "$*"; }

# Ends the script with the reason on standard error.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# require_root_or_sudo WHY — sets the array `as_root` to the words that put a command under root.
require_root_or_sudo() {
  if [ "$(id -u)" = 0 ]; then
    as_root=()
  elif command -v sudo >/dev/null; then
    as_root=(sudo)
  else
    fail "$1 needs root: run it as root, or install sudo and give yourself the right to use it"
  fi
}

# A script that sets its own trap on EXIT calls this in it.
end_long_step() { if [ -n "$long_step_group" ]; then kill -s TERM -- "-$long_step_group" 2>/dev/null || true; fi; }
long_step_group=''
trap end_long_step EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# long_step LOG COMMAND… — runs a command whose output goes to LOG, and shows that it goes on: on a
# terminal one line that moves, elsewhere a line every 30 seconds. The last percentage in the log is
# shown where the command prints one ("[ 37%" or "37% "). Answers the command's own exit code.
long_step() {
  local log=$1 begun=$SECONDS last_said=$SECONDS percent='' pid code
  shift
  mkdir -p "$(dirname "$log")"
  # A group of its own, so that an interrupted script ends the command with all its children.
  setsid "$@" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  long_step_group=$pid
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    percent=$(tail -c 4000 "$log" 2>/dev/null | grep -oE '[0-9]{1,3}%' | tail -1 || true)
    if [ -t 1 ]; then
      printf '\r          %4d s  %-5s' $((SECONDS - begun)) "$percent"
    elif [ $((SECONDS - last_said)) -ge 30 ]; then
      last_said=$SECONDS
      detail "$((SECONDS - begun)) s  $percent"
    fi
  done
  if wait "$pid"; then code=0; else code=$?; fi
  long_step_group=''
  if [ -t 1 ]; then printf '\r%30s\r' ''; fi
  return "$code"
}

# fail_with_log LOG REASON — the end of a log, then the reason.
fail_with_log() {
  printf -- '--- the end of %s\n' "$1" >&2
  tail -n 40 "$1" >&2 || true
  printf -- '---\n' >&2
  fail "$2 (the whole log: $1)"
}
