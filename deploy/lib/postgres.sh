# shellcheck shell=bash
# A private PostgreSQL 15 cluster in a folder: made, repaired, started, stopped. It never touches a
# cluster of the system. Sourced; needs steps.sh and processes.sh.

postgres_bin=/usr/lib/postgresql/15/bin

# postgres_become — sets `as_postgres`: the words that run a command as the account that may own a
# cluster. PostgreSQL refuses to run as root, so root lends it the package's own account.
postgres_become() {
  if [ "$(id -u)" = 0 ]; then
    as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp)
  else
    as_postgres=()
  fi
}

# postgres_place FOLDER — FOLDER, or where root's folder is closed to the account `postgres` (a clone
# under /root), a folder in /var/lib/postgresql that FOLDER then points to.
postgres_place() {
  local folder=$1 elsewhere
  mkdir -p "$(dirname "$folder")"
  if [ "$(id -u)" != 0 ] || "${as_postgres[@]}" test -x "$(dirname "$folder")"; then
    return
  fi
  elsewhere=/var/lib/postgresql/elukaar-$(printf %s "$folder" | sha256sum | cut -c1-12)
  if [ "$(readlink "$folder" 2>/dev/null)" != "$elsewhere" ]; then
    rm -rf "$folder"
    ln -s "$elsewhere" "$folder"
    detail "the account postgres cannot enter $(dirname "$folder"): the cluster lies in $elsewhere"
  fi
}

# postgres_make FOLDER SECRETS — initdb, unless FOLDER holds a whole cluster of ours. A half-made one
# (no mark of completion) is removed and made anew. SECRETS/postgres-password is the superuser's
# and the program's password.
postgres_make() {
  local folder=$1 secrets=$2 log=$1.log place password_file
  mkdir -p "$secrets"
  chmod 700 "$secrets"
  postgres_become
  postgres_place "$folder"
  place=$(readlink -m "$folder")
  if [ -e "$place/elukaar-complete" ] && [ -s "$place/global/pg_control" ] && [ -s "$secrets/postgres-password" ]; then
    return
  fi
  if [ -e "$place" ]; then
    detail "$folder holds no complete cluster: it is made anew"
    rm -rf "$place"
  fi
  (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$secrets/postgres-password")
  mkdir -p "$place"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$place"; fi
  chmod 700 "$place"
  # The account `postgres` may not read our secrets: it gets a copy for the moment.
  password_file=$(mktemp)
  cat "$secrets/postgres-password" >"$password_file"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$password_file"; fi
  if ! "${as_postgres[@]}" "$postgres_bin/initdb" -D "$place" --username=postgres --encoding=UTF8 \
      --locale=C.UTF-8 --auth=scram-sha-256 "--pwfile=$password_file" --no-instructions \
      >"$log" 2>&1 </dev/null; then
    rm -rf "$place" "$password_file"
    fail_with_log "$log" "initdb could not make a cluster in $folder"
  fi
  rm -f "$password_file"
  "${as_postgres[@]}" touch "$place/elukaar-complete"
}

# postgres_run FOLDER RUN PORT — starts the cluster on 127.0.0.1:PORT, noted in RUN/postgres.pid. A
# server of an earlier start that still runs here is stopped first (an orderly stop). `postgres` itself
# sees to a stale postmaster.pid: it removes one whose process is gone.
postgres_run() {
  local folder=$1 run=$2 port=$3 log=$1.log place
  place=$(readlink -m "$folder")
  postgres_become
  postgres_stop_leftover "$place"
  start_process "$run" postgres "$log" "${as_postgres[@]}" "$postgres_bin/postgres" -D "$place" \
    -c listen_addresses=127.0.0.1 -c "port=$port" -c unix_socket_directories= \
    -c fsync=on -c synchronous_commit=on -c wal_compression=lz4 -c shared_buffers=256MB \
    -c max_wal_size=2GB -c max_connections=100 -c log_line_prefix='%m %p %d ' \
    -c log_min_duration_statement=500ms
  wait_until 60 "$run" postgres "$log" \
    "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$port" -d postgres
}

# A server that outlived its starter (killed, power cut) is known by the cluster's own postmaster.pid.
postgres_stop_leftover() {
  local pid tries=200
  { read -r pid <"$1/postmaster.pid"; } 2>/dev/null || return 0
  if [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$1" ]; then
    detail "a PostgreSQL of an earlier start still runs ($pid): it is stopped"
    kill -s INT "$pid" 2>/dev/null || true
  elif [ -n "$(process_started_at "$pid")" ]; then
    return 0  # another program's process has got the id; the new server sees that by itself
  fi
  # One that was killed counts as running until its parent has taken note.
  while [ -e "/proc/$pid" ] && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  [ ! -e "/proc/$pid" ] || fail "the PostgreSQL $pid in $1 does not end; stop it by hand"
}

# postgres_sql PORT SECRETS SQL — as the cluster's superuser.
postgres_sql() {
  PGPASSWORD=$(cat "$2/postgres-password") PGOPTIONS='-c client_min_messages=warning' \
    psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$1" -U postgres -d postgres -c "$3"
}

# postgres_fresh_database PORT SECRETS — a new, empty database `elukaar` owned by the role `elukaar`,
# which is no superuser (row-level security must hold for it) but may make databases and roles.
postgres_fresh_database() {
  local password
  password=$(cat "$2/postgres-password")
  postgres_sql "$1" "$2" 'DROP DATABASE IF EXISTS elukaar WITH (FORCE)'
  postgres_sql "$1" "$2" "DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'elukaar') THEN
      CREATE ROLE elukaar LOGIN CREATEDB CREATEROLE PASSWORD '$password';
    END IF; END \$\$"
  postgres_sql "$1" "$2" 'CREATE DATABASE elukaar OWNER elukaar'
}

# Fast shutdown: open transactions are rolled back, everything committed is on disk.
postgres_stop() { stop_process "$1" postgres INT 30; }
