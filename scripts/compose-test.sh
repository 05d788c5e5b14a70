#!/usr/bin/env bash
# ./dev compose-test: builds the image, starts docker-compose.yml as a project of its own, and tests it as a user would:
# the scenarios of the README through the gateway, and scaling and restarting every service under load. Needs a Docker
# engine and the ports of the compose file. At the end it removes everything that it has started, with its data.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export COMPOSE_PROJECT_NAME=fulfillment-test GATEWAY_WRITE_RATE=500r/s
gateway=http://localhost:${GATEWAY_PORT:-80}
services=(order-service inventory-service payment-service notification-service)
logs=artifacts/compose-test
source scripts/trial.sh

die() { say "compose-test: $*"; exit 1; }

finish() {
  local code=$?
  trap - EXIT
  stop_traffic
  keep_logs || true
  docker compose --progress quiet down --volumes --timeout 40 >/dev/null 2>&1 || true
  exit "$code"
}

keep_logs() { docker compose logs --no-color >>"$logs/containers.log" 2>&1; }

# The image of the runtime has up to 118 MB and the whole image must have less than 150, so our files may have 32.
is_small_and_bare() {
  local user files container bytes image=${FULFILLMENT_IMAGE:-fulfillment:local}
  user=$(docker image inspect -f '{{.Config.User}}' "$image")
  container=$(docker create "$image")
  files=$(docker export "$container" | tar -tv)
  docker rm "$container" >/dev/null
  bytes=$(awk '$6 ~ /^app\// { sum += $3 } END { print sum + 0 }' <<<"$files")
  echo "$image: $((bytes / 1000000)) MB are ours, of $(($(docker image inspect -f '{{.Size}}' "$image") / 1000000)); user $user"
  if grep 'Microsoft.CodeAnalysis' <<<"$files"; then return 1; fi
  [[ $files == *' app/Host.dll'* && $user == 1654 ]] && ((bytes > 0 && bytes < 32000000))
}

# may STATUS PATH BODY: whether the management API answers the user of the order service with this status.
may() {
  local code
  code=$(curl -s -o /dev/null -w '%{http_code}' -u "order:${ORDER_RABBITMQ_PASSWORD:-orderpass}" -H 'Content-Type: application/json' -d "$3" "http://127.0.0.1:15672/api/$2")
  echo "$2: $code"
  [[ $code == $1 ]]
}

# Every service has a user of its own at the broker, which may not read or write the messages of another service.
broker_refuses() {
  local event='{"properties":{},"routing_key":"unbound.key","payload":"{}","payload_encoding":"string"}'
  local look='{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}'
  may 200 exchanges/%2F/order.events/publish "$event" || return 1
  may 200 queues/%2F/order-payment-completed-queue/get "$look" || return 1
  ! may 200 exchanges/%2F/payment.events/publish "$event" || return 1
  ! may 200 queues/%2F/inventory-reserved-queue/get "$look" || return 1
}

data_is_still_there() {
  keep_logs
  docker compose --progress quiet down --timeout 40
  docker compose --progress quiet up -d --wait
  [[ $(order_field "$gateway" 1 status) == COMPLETED ]]
}

docker info >/dev/null 2>&1 || die "no Docker engine answers"
for container in order-db inventory-db payment-db notification-db rabbitmq nginx-gateway; do
  if docker container inspect "$container" >/dev/null 2>&1; then die "there is a container $container already; 'docker compose down' removes it and keeps its data"; fi
done
rm -rf "$logs"
mkdir -p "$logs"
trap finish EXIT

step 'docker compose build' docker compose build || exit 1
step 'image: no compiler, user 1654, size' is_small_and_bare || true
cat "$logs/step.log"
step 'docker compose up --wait: everything healthy' docker compose --progress quiet up -d --wait || exit 1
step "scenarios 1 to 3 on $gateway" run_scenarios "$gateway" "$gateway" "$gateway" "$gateway" || true
step 'scenarios 1 to 3 on 8081 to 8084' run_scenarios http://localhost:808{1,2,3,4} || true
step 'a service may not touch the messages of another' broker_refuses || true
step 'load starts' begin_traffic || exit 1
step 'scale order-service to 3 under load' docker compose --progress quiet up -d --no-recreate --scale order-service=3 order-service || true
for service in "${services[@]}"; do
  step "restart $service under load" docker compose --progress quiet restart "$service" || true
  sleep 5
done
step 'no request failed, every accepted order has ended' end_traffic || true
cat "$logs/traffic.log"
step 'the invariants of all modules hold' dotnet "$cli" audit --wait 60 || true
step 'down and up again: order 1 is still there' data_is_still_there || true
((failed == 0)) || die "something failed; the logs are in $logs"
