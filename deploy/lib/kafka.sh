# shellcheck shell=bash
# A real Apache Kafka in KRaft mode: one process is broker and controller. Its jars come from Maven
# Central once; its data lie in a folder. Sourced; needs steps.sh and processes.sh.

kafka_heap=512m

# kafka_jars ROOT — brings the jars that deploy/kafka/pom.xml names into ROOT/var/kafka/lib-<its hash>;
# sets `kafka_lib`. An interrupted download leaves only a .partial folder.
kafka_jars() {
  local pom=$1/deploy/kafka/pom.xml log=$1/var/log/kafka-jars.log
  kafka_lib=$1/var/kafka/lib-$(sha256sum <"$pom" | cut -c1-12)
  kafka_logging=$1/deploy/kafka/log4j2.properties
  if [ -d "$kafka_lib" ]; then return; fi
  step "Fetches Apache Kafka's jars (45 MB) with Maven"
  rm -rf "$1"/var/kafka/lib-*
  mkdir -p "$1/var/kafka"
  long_step "$log" mvn -B -q -f "$pom" dependency:copy-dependencies \
    "-DoutputDirectory=$kafka_lib.partial" || fail_with_log "$log" "Maven could not bring Kafka's jars"
  mv "$kafka_lib.partial" "$kafka_lib"
}

# kafka_make FOLDER PORT CONTROLLER_PORT — the configuration, and a formatted log folder unless FOLDER
# holds one that was formatted to the end.
kafka_make() {
  local folder=$1 port=$2 controller=$3 id
  mkdir -p "$folder"
  cat >"$folder/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$folder/data
auto.create.topics.enable=false
num.partitions=4
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
# One machine carries everything: more threads only take turns.
num.network.threads=1
num.io.threads=2
log.retention.hours=168
PROPERTIES
  if [ -e "$folder/formatted" ]; then return; fi
  rm -rf "$folder/data"
  # Sixteen random bytes in Kafka's spelling; one that began with a dash would be read as an option.
  id=A$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=' | tail -c +2)
  kafka_java -Xmx128m -cp "$kafka_lib/*" kafka.tools.StorageTool format \
    -t "$id" -c "$folder/server.properties" >"$folder/format.log" 2>&1 </dev/null ||
    fail_with_log "$folder/format.log" "Kafka's log folder could not be formatted"
  touch "$folder/formatted"
}

# kafka_launch FOLDER RUN — starts the broker, noted in RUN/kafka.pid; kafka_await waits for it.
kafka_launch() {
  local folder=$1 run=$2
  start_process "$run" kafka "$folder/kafka.log" \
    java "-Xmx$kafka_heap" -Xms128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true \
    "-Dlog4j2.configurationFile=$kafka_logging" -cp "$kafka_lib/*" kafka.Kafka \
    "$folder/server.properties"
}

# kafka_await FOLDER RUN PORT — until the broker answers.
kafka_await() { wait_until 90 "$2" kafka "$1/kafka.log" kcat -L -m 1 -b "127.0.0.1:$3"; }

kafka_java() { java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=$kafka_logging" "$@"; }

kafka_stop() { stop_process "$1" kafka TERM 30; }
