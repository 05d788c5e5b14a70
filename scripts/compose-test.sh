#!/usr/bin/env bash
# ./dev compose-test: builds the image, brings up docker-compose.yml as a project of its own, and tries what a user would: the scenarios of
# the README through the gateway, and scaling and restarting every service while customers come. Needs a Docker engine and the ports of the
# compose file; what it has started is gone afterwards, its data too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export COMPOSE_PROJECT_NAME=fulfillment-test GATEWAY_WRITE_RATE=500r/s
gateway=http://localhost:${GATEWAY_PORT:-80}
load=artifacts/bin/Load/release/Load.dll
services=(order-service inventory-service payment-service notification-service)
failed=0 traffic=''
logs=artifacts/compose-test
source scripts/scenarios.sh

say() { printf '%s\n' "$*" >&2; }
die() { say "compose-test: $*"; exit 1; }

# step NAME COMMAND...: runs it, and prints a line of the result.
step() {
  local start=$SECONDS code=0
  say "$1 ..."
  "${@:2}" >"$logs/step.log" 2>&1 || code=$?
  cat "$logs/step.log" >>"$logs/all.log"
  if ((code == 0)); then
    printf '%-62s ok     %4d s\n' "$1" $((SECONDS - start))
  else
    printf '%-62s FAILED %4d s\n' "$1" $((SECONDS - start))
    tail -n 20 "$logs/step.log" >&2
    failed=1
  fi
}

finish() {
  local code=$?
  trap - EXIT
  [[ -z $traffic ]] || kill "$traffic" 2>/dev/null || true
  keep_logs || true
  docker compose --progress quiet down --volumes --timeout 40 >/dev/null 2>&1 || true
  exit "$code"
}

keep_logs() { docker compose logs --no-color >>"$logs/containers.log" 2>&1; }

begin_traffic() {
  dotnet "$load" traffic --url "$gateway" --orders-per-second "${RATE:-20}" --seconds 600 >"$logs/traffic.log" 2>&1 &
  traffic=$!
  sleep 5
}

end_traffic() {
  kill "$traffic"
  local code=0
  wait "$traffic" || code=$?
  traffic=''
  cat "$logs/traffic.log"
  return "$code"
}

is_small_and_bare() {
  local bytes image=${FULFILLMENT_IMAGE:-fulfillment:local}
  bytes=$(docker image inspect -f '{{.Size}}' "$image")
  echo "$image has $((bytes / 1000000)) MB, user $(docker image inspect -f '{{.Config.User}}' "$image")"
  [[ $(docker image inspect -f '{{.Config.User}}' "$image") == 1654 ]] || return 1
  if docker run --rm --entrypoint find "$image" /app -name 'Microsoft.CodeAnalysis*' 2>/dev/null | grep .; then return 1; fi
  ((bytes < 150000000)) || echo "The image is larger than 150 MB"
}

# Every service has a user of its own at the broker, which may not read or write what is another's.
broker_refuses() {
  local body='{"properties":{},"routing_key":"payment.completed","payload":"{}","payload_encoding":"string"}' code
  code=$(curl -s -o /dev/null -w '%{http_code}' -u order:orderpass -H 'Content-Type: application/json' -d "$body" \
    http://127.0.0.1:15672/api/exchanges/%2F/payment.events/publish)
  echo "publish to payment.events as order: $code"
  [[ $code == 4* || $code == 5* ]] || return 1
  code=$(curl -s -o /dev/null -w '%{http_code}' -u order:orderpass -H 'Content-Type: application/json' \
    -d '{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}' http://127.0.0.1:15672/api/queues/%2F/inventory-reserved-queue/get)
  echo "read inventory-reserved-queue as order: $code"
  [[ $code == 4* || $code == 5* ]]
}

data_is_still_there() {
  keep_logs
  docker compose --progress quiet down --timeout 40
  docker compose --progress quiet up -d --wait
  [[ $(order_field "$gateway" 1 status) == COMPLETED ]]
}

docker info >/dev/null 2>&1 || die "no Docker engine answers"
for container in order-db inventory-db payment-db notification-db rabbitmq nginx-gateway; do
  if docker container inspect "$container" >/dev/null 2>&1; then die "there is a container $container already; 'docker compose down' ends it and keeps its data"; fi
done
rm -rf "$logs"
mkdir -p "$logs"
trap finish EXIT

step 'docker compose build' docker compose build
step 'image: no compiler, user 1654, size' is_small_and_bare
cat "$logs/step.log"
step 'docker compose up --wait: everything healthy' docker compose --progress quiet up -d --wait
step "scenarios 1 to 3 on $gateway" run_scenarios "$gateway" "$gateway" "$gateway" "$gateway"
step 'scenarios 1 to 3 on 8081 to 8084' run_scenarios http://localhost:808{1,2,3,4}
step 'a service may not touch the messages of another' broker_refuses
begin_traffic
step 'scale order-service to 3 under load' docker compose --progress quiet up -d --no-recreate --scale order-service=3 order-service
for service in "${services[@]}"; do
  step "restart $service under load" docker compose --progress quiet restart "$service"
  sleep 5
done
step 'no request failed, every accepted order has ended' end_traffic
cat "$logs/traffic.log"
step 'the books of all modules agree' dotnet "$load" audit --wait 60
step 'down and up again: order 1 is still there' data_is_still_there
((failed == 0)) || die "something failed; the logs are in $logs"
