#!/usr/bin/env bash
# ./dev k8s-test [--keep]: deploys k8s/ to the cluster of kubectl, as a user would, and tests it: the scenarios of the
# README through the gateway, and then scaling, deleted pods and restarts under load. Needs the image fulfillment:local
# where the cluster finds it, and no namespace "fulfillment". It creates this namespace, and deletes it with its data at
# the end, unless --keep is given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

logs=artifacts/k8s-test
services=(order-service inventory-service payment-service notification-service)
workloads=(statefulset/{rabbitmq,{order,inventory,payment,notification}-db} deployment/{nginx-gateway,{order,inventory,payment,notification}-service})
patience=${PATIENCE:-900s}
keep='' applied='' forward=''
source scripts/trial.sh

die() { say "k8s-test: $*"; exit 1; }
kube() { kubectl -n fulfillment "$@"; }

finish() {
  local code=$?
  trap - EXIT
  stop_traffic
  [[ -z $forward ]] || kill "$forward" 2>/dev/null || true
  if [[ -n $applied ]]; then
    keep_logs >/dev/null 2>&1 || true
    [[ -n $keep ]] || kubectl delete -f k8s/ --ignore-not-found >/dev/null 2>&1 || true
  fi
  exit "$code"
}

keep_logs() {
  local pod
  kube get all,pvc -o wide >"$logs/objects.txt"
  kube get events --sort-by=.lastTimestamp >"$logs/events.txt"
  for pod in $(kube get pods -o name); do kube logs "$pod" --all-containers --tail=2000 >"$logs/${pod#pod/}.log"; done
}

everything_is_ready() {
  local one
  kube wait --for=condition=complete --timeout="$patience" job/migrate || return 1
  for one in "${workloads[@]}"; do kube rollout status --timeout="$patience" "$one" || return 1; done
  kube get pods
}

# address_of PORT: the address of a port of the gateway's service from here. A forwarded port is the last choice,
# because it is tied to one pod.
address_of() {
  local name=$1 port node address
  port=$(kube get service nginx-gateway -o jsonpath="{.spec.ports[?(@.name=='$name')].port}")
  node=$(kube get service nginx-gateway -o jsonpath="{.spec.ports[?(@.name=='$name')].nodePort}")
  for address in \
    "$(kube get service nginx-gateway -o jsonpath='{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'):$port" \
    "$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}'):$node" \
    "localhost:$node" "$(kube get service nginx-gateway -o jsonpath='{.spec.clusterIP}'):$port" "localhost:$((port + 20000))"; do
    if [[ $address != :* ]] && curl -sf --max-time 3 -o /dev/null "http://$address/health"; then
      echo "http://$address"
      return
    fi
  done
  return 1
}

find_gateway() {
  if ! gateway=$(address_of http); then
    kube port-forward service/nginx-gateway 20080:80 28081:8081 28082:8082 28083:8083 28084:8084 >"$logs/forward.log" 2>&1 &
    forward=$!
    sleep 3
    gateway=$(address_of http) || return 1
  fi
  addresses=("$(address_of order)" "$(address_of inventory)" "$(address_of payment)" "$(address_of notification)")
  echo "$gateway ${addresses[*]}"
}

settled() { # SERVICE...
  local service
  for service in "$@"; do kube rollout status --timeout="$patience" "deployment/$service" || return 1; done
}

scale() { kube scale deployment order-service --replicas=3 && settled order-service; }

delete_pod() { # SERVICE
  local pod
  pod=$(kube get pods -l "app=$1" -o jsonpath='{.items[0].metadata.name}')
  kube delete pod "$pod" && settled "$1" && [[ $(kube get pods -l "app=$1" -o name) != *"$pod"* ]]
}

restart_all() { kube rollout restart deployment "${services[@]}" && settled "${services[@]}"; }

no_restarts() {
  local restarts
  restarts=$(kube get pods -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].restartCount}{"\n"}{end}')
  echo "$restarts"
  ! grep -v ' 0$' <<<"$restarts"
}

books_agree() { dotnet "$cli" audit --orders "$gateway" --inventory "$gateway" --payments "$gateway" --notifications "$gateway" --wait 60; }

# Only the overlay production is checked by the cluster: the others need operators and storage that it may not have.
overlays_are_made() {
  local name copy
  copy=$(mktemp -d)
  cp -r k8s nginx.conf "$copy"
  sed -i 's/=$/=trial/' "$copy/k8s/overlays/production/passwords.env.example"
  mv "$copy/k8s/overlays/production/passwords.env.example" "$copy/k8s/overlays/production/passwords.env"
  for name in production shared-imports operators; do
    kubectl kustomize --load-restrictor LoadRestrictionsNone "$copy/k8s/overlays/$name" >"$copy/$name.yaml" || return 1
    echo "$name: $(grep -c '^kind:' "$copy/$name.yaml") objects"
  done
  kubectl apply --dry-run=server -f "$copy/production.yaml" || return 1
  # No object is left that an operator replaces, and every object uses the name that the overlay gives the Secret.
  ! grep -E '^kind: (StatefulSet|HorizontalPodAutoscaler)$|name: passwords$' "$copy/operators.yaml" || return 1
  rm -r "$copy"
}

delete_all() {
  kubectl delete -f k8s/ --ignore-not-found --timeout="$patience" || return 1
  ! kubectl get namespace fulfillment
}

while (($#)); do
  case $1 in
    --keep) keep=yes ;;
    *) die "knows only --keep, not '$1'" ;;
  esac
  shift
done
kubectl get namespaces >/dev/null || die "kubectl reaches no cluster"
if kubectl get namespace fulfillment >/dev/null 2>&1; then die "there is a namespace fulfillment already; 'kubectl delete -f k8s/' removes it with its data"; fi
rm -rf "$logs"
mkdir -p "$logs"
trap finish EXIT
say "Cluster: $(kubectl config current-context), $(kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"

applied=yes
step 'kubectl apply -f k8s/' kubectl apply -f k8s/ || exit 1
step 'overlays can be built, and the cluster accepts them' overlays_are_made || true
step 'the Job is complete, every pod is ready' everything_is_ready || exit 1
step 'the gateway is reached' find_gateway || exit 1
cat "$logs/step.log"
step 'scenarios 1 to 3 through the gateway on port 80' run_scenarios "$gateway" "$gateway" "$gateway" "$gateway" || true
step 'scenarios 1 to 3 through the gateway on 8081 to 8084' run_scenarios "${addresses[@]}" || true
step 'load starts' begin_traffic || exit 1
step 'kubectl scale deployment order-service --replicas=3' scale || true
for service in "${services[@]}"; do step "kubectl delete pod, one of $service" delete_pod "$service" || true; done
step 'kubectl rollout restart deployment, all four' restart_all || true
step 'no request failed, every accepted order has ended' end_traffic || true
cat "$logs/traffic.log"
step 'no container was restarted' no_restarts || true
step 'the invariants of all modules hold' books_agree || true
keep_logs >/dev/null 2>&1 || true
if [[ -z $keep ]]; then
  step 'kubectl delete -f k8s/ leaves nothing' delete_all || true
  applied=''
fi
echo
cat "$logs/table"
((failed == 0)) || die "something failed; the logs are in $logs"
