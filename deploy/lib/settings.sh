# shellcheck shell=bash
# Writes the demo's settings and secrets into var/demo. Sourced; needs steps.sh and `root`.
# deploy/elukaar.example.yaml says what each key means.

# The senders whose records the demo plays; 0353 is not served.
demo_senders='0653 0317 0353'
demo_served='0653 0317'

# write_secret FILE — one line of 32 random bytes in hexadecimal, kept if it is there.
write_secret() {
  mkdir -p "$(dirname "$1")"
  if [ -s "$1" ]; then return; fi
  (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$1" && echo >>"$1")
}

write_settings() {
  local demo=$1 http_port=$2 postgres_port=$3 kafka_port=$4 population_port=$5 place_port=$6 ehak
  for ehak in $demo_senders; do write_secret "$demo/secrets/intake/rr-$ehak.token"; done
  for ehak in $demo_served; do write_secret "$demo/secrets/intake/pr-$ehak.token"; done
  cat >"$demo/elukaar.yaml" <<YAML
# Written by deploy/demo at every start. deploy/elukaar.example.yaml explains the keys.
environment: development
municipalities:
  - { ehak: "0653", workflow: $root/workflows/municipalities/rae/kindergarten-place.yaml }
  - { ehak: "0317", workflow: $root/workflows/municipalities/kohila/kindergarten-place.yaml }
  - { ehak: "0317", workflow: $root/workflows/municipalities/kohila/residence-change.yaml }
content_dir: $root
kafka: { brokers: "127.0.0.1:$kafka_port", partitions: 4 }
postgres:
  host: 127.0.0.1
  port: $postgres_port
  database: elukaar
  user: elukaar
  password_file: secrets/postgres-password
http:
  listen: 127.0.0.1
  port: $http_port
  public_url: http://127.0.0.1:$http_port
  portal_dir: $root/portal/dist
keys: { directory: secrets/keys }
intake:
  credentials:
$(for ehak in $demo_senders; do write_population_credential "$ehak"; done)
$(for ehak in $demo_served; do write_place_credential "$ehak"; done)
connectors:
  population-register:
    security_server: http://127.0.0.1:$population_port
    client: EE/GOV/70000001/elukaar
    provider: EE/GOV/70008440/rr
    service: elukaar-rahvastik
    retry_interval_ms: 4000
  place-register:
    security_server: http://127.0.0.1:$place_port
    client: EE/GOV/70000001/elukaar
    provider: EE/COM/10000001/kohad
    service: elukaar-koht
    profile: arno
YAML
}

write_population_credential() {
  cat <<YAML
    - name: rr-$1
      token_file: secrets/intake/rr-$1.token
      municipality: "$1"
      source: /register/population/$1
      types:
        - ee.elukaar.birth.registered.v1
        - ee.elukaar.birth.annulled.v1
        - ee.elukaar.person.key-changed.v1
        - ee.elukaar.person.died.v1
        - ee.elukaar.residence.registered.v1
        - ee.elukaar.residence.ended.v1
        - ee.elukaar.custody.changed.v1
        - ee.elukaar.protection.changed.v1
YAML
}

write_place_credential() {
  cat <<YAML
    - name: pr-$1
      token_file: secrets/intake/pr-$1.token
      municipality: "$1"
      source: /register/place/$1
      types:
        - ee.elukaar.queue.position-changed.v1
        - ee.elukaar.application.status-changed.v1
        - ee.elukaar.round.started.v1
        - ee.elukaar.round.ended.v1
        - ee.elukaar.offer.made.v1
        - ee.elukaar.offer.delivered.v1
        - ee.elukaar.offer.retracted.v1
        - ee.elukaar.contract.signed.v1
        - ee.elukaar.enrolment.started.v1
        - ee.elukaar.enrolment.ended.v1
YAML
}
