#!/usr/bin/env bash
# Writes nginx.conf into the ConfigMap of the gateway. Run it after a change of nginx.conf.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
{
  cat <<'YAML'
# Made by scripts/k8s-nginx.sh from nginx.conf, which is a template; the gateway's environment fills it in.
apiVersion: v1
kind: ConfigMap
metadata:
  name: nginx-gateway
  namespace: fulfillment
data:
  nginx.conf: |
YAML
  sed 's/^..*/    &/' nginx.conf
} >k8s/60-gateway-config.yaml
