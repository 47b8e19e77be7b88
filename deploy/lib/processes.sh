# shellcheck shell=bash
# Starts background processes and stops exactly these. A process is remembered as its id together with
# the instant in which the kernel started it, so that an id that has been given to another process in
# the meantime is never signalled. Sourced; needs steps.sh.

# The kernel's start time of a process (clock ticks since boot), or nothing when there is none.
process_started_at() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # The second field is the program's name in parentheses and may hold spaces.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  if [ "$1" != Z ]; then echo "${20}"; fi
}

# start_process FOLDER NAME LOG COMMAND… — starts COMMAND in a session of its own (Ctrl-C in the
# terminal does not reach it), its output in LOG, and notes it in FOLDER/NAME.pid.
start_process() {
  local folder=$1 name=$2 log=$3
  shift 3
  mkdir -p "$folder" "$(dirname "$log")"
  # File descriptor 9 is the caller's lock: a child that outlives us must not hold it.
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  note_process "$folder" "$name" $!
}

note_process() {
  printf '%s %s\n' "$3" "$(process_started_at "$3")" >"$1/$2.pid.new"
  mv "$1/$2.pid.new" "$1/$2.pid"
}

# The id of a noted process if that very process still runs, else nothing.
running_process() {
  local pid started now
  { read -r pid started <"$1/$2.pid"; } 2>/dev/null || return 0
  [ -n "${started:-}" ] || return 0
  now=$(process_started_at "$pid")
  if [ "$now" = "$started" ]; then echo "$pid"; fi
}

# stop_process FOLDER NAME [SIGNAL [SECONDS]] — asks with SIGNAL (TERM), and after SECONDS (20) kills.
stop_process() {
  local folder=$1 name=$2 signal=${3:-TERM} seconds=${4:-20} pid tries
  pid=$(running_process "$folder" "$name")
  if [ -n "$pid" ]; then
    kill -s "$signal" "$pid" 2>/dev/null || true
    tries=$((seconds * 10))
    while [ -n "$(running_process "$folder" "$name")" ] && [ "$tries" -gt 0 ]; do
      sleep 0.1
      tries=$((tries - 1))
    done
    if [ -n "$(running_process "$folder" "$name")" ]; then
      detail "$name ($pid) did not end within $seconds s and is killed"
      kill -s KILL "$pid" 2>/dev/null || true
    fi
  fi
  rm -f "$folder/$name.pid"
}

# wait_until SECONDS FOLDER NAME LOG COMMAND… — until COMMAND succeeds. Fails with the log when the
# process ends first or the time is over.
wait_until() {
  local seconds=$1 folder=$2 name=$3 log=$4 end
  shift 4
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ -n "$(running_process "$folder" "$name")" ] || fail_with_log "$log" "$name ended while starting"
    [ "$SECONDS" -lt "$end" ] || fail_with_log "$log" "$name did not answer within $seconds s"
    sleep 0.1
  done
}

# free_port [PREFERRED] — PREFERRED if nothing listens there, else a free port below the range from
# which the kernel takes the ports of outgoing connections.
free_port() {
  node -e '
    const net = require("node:net");
    const preferred = Number(process.argv[1] || 0);
    const tryPort = (port, triesLeft) => {
      const server = net.createServer();
      server.once("error", () => {
        if (triesLeft === 0) { console.error("no free port found"); process.exit(1); }
        tryPort(20000 + Math.floor(Math.random() * 10000), triesLeft - 1);
      });
      server.listen(port, "127.0.0.1", () => server.close(() => console.log(port)));
    };
    tryPort(preferred || 20000 + Math.floor(Math.random() * 10000), 50);
  ' "${1:-}"
}
