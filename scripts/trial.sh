# shellcheck shell=bash
# Shared by the tests of a deployed system: steps with a table, load during which no request may fail, and the scenarios
# of the README. Sourced; needs $logs, a folder, and $gateway, the address of all modules.

cli=artifacts/bin/Cli/release/Cli.dll
traffic='' failed=0

say() { printf '%s\n' "$*" >&2; }

# step NAME COMMAND...: runs it, and adds a line to the table.
step() {
  local start=$SECONDS code=0
  say "$1 ..."
  "${@:2}" >"$logs/step.log" 2>&1 || code=$?
  { echo "== $1"; cat "$logs/step.log"; } >>"$logs/all.log"
  if ((code == 0)); then
    printf '%-72s ok     %4d s\n' "$1" $((SECONDS - start)) | tee -a "$logs/table"
  else
    printf '%-72s FAILED %4d s\n' "$1" $((SECONDS - start)) | tee -a "$logs/table"
    tail -n 20 "$logs/step.log" >&2
    failed=1
  fi
  return "$code"
}

begin_traffic() {
  dotnet "$cli" traffic --url "$gateway" --orders-per-second "${RATE:-20}" --seconds 3600 >"$logs/traffic.log" 2>&1 &
  traffic=$!
  sleep 10
  kill -0 "$traffic"
}

end_traffic() {
  local code=0
  sleep 10
  kill "$traffic"
  wait "$traffic" || code=$?
  traffic=''
  cat "$logs/traffic.log"
  return "$code"
}

stop_traffic() { [[ -z $traffic ]] || kill "$traffic" 2>/dev/null || true; }

# ---- the scenarios, wherever the system runs

# place ADDRESS CUSTOMER PRODUCT QUANTITY PRICE: posts an order and prints its number.
place() {
  curl -sf -X POST "$1/api/orders" -H 'Content-Type: application/json' -d '{
    "customerId": "'"$2"'",
    "items": [{ "productId": "'"$3"'", "productName": "'"$3"'", "quantity": '"$4"', "price": '"$5"' }]
  }' | field orderId
}

# field NAME: the first value of a field of the JSON on the standard input.
field() { sed -En "s/.*\"$1\":\"?([^\",}]*).*/\1/p" | head -n 1; }

order_field() { curl -sf "$1/api/orders/$2" | sed 's/,"items":.*//' | field "$3"; } # ADDRESS NUMBER FIELD

# end_of ADDRESS NUMBER: waits until an order has ended, and prints status and reason.
end_of() {
  local status
  for _ in {1..120}; do
    status=$(order_field "$1" "$2" status)
    case $status in
      COMPLETED | FAILED | CANCELLED)
        echo "$status $(order_field "$1" "$2" statusReason)"
        return ;;
    esac
    sleep 0.5
  done
  echo "order $2 has not ended: $status"
  return 1
}

stock() { curl -sf "$1/api/inventory/items/$2" | field "$3"; } # ADDRESS PRODUCT FIELD

# run_scenarios ORDERS INVENTORY PAYMENTS NOTIFICATIONS: addresses of the four services.
run_scenarios() {
  local id end before after

  id=$(place "$1" CUST-001 PROD-002 1 29.99)
  end=$(end_of "$1" "$id")
  echo "1. order $id: $end"
  [[ $end == COMPLETED* || $end == 'FAILED PAYMENT_DECLINED' ]] || return 1
  [[ $(curl -sf "$3/api/payments?orderId=$id" | field orderId) == "$id" ]] || { echo "order $id has no payment"; return 1; }
  for _ in {1..20}; do
    if curl -sf "$4/api/notifications?orderId=$id" | grep -q '"orderId":'"$id"; then break; fi
    sleep 0.5
  done
  curl -sf "$4/api/notifications?orderId=$id" | grep -q '"orderId":'"$id" || { echo "no notification about order $id"; return 1; }

  before=$(stock "$2" PROD-001 availableQuantity)
  id=$(place "$1" CUST-002 PROD-001 100 999.99)
  end=$(end_of "$1" "$id")
  after=$(stock "$2" PROD-001 availableQuantity)
  echo "2. order $id: $end, $before laptops before and $after after"
  [[ $end == 'FAILED OUT_OF_STOCK' && $before == "$after" ]] || return 1

  before=$(stock "$2" PROD-003 availableQuantity)
  local sold=0 ids=()
  for _ in {1..5}; do ids+=("$(place "$1" CUST-003 PROD-003 1 49.99)"); done
  for id in "${ids[@]}"; do
    end=$(end_of "$1" "$id")
    echo "3. order $id: $end"
    case $end in
      COMPLETED*) sold=$((sold + 1)) ;;
      'FAILED PAYMENT_DECLINED') ;;
      *) return 1 ;;
    esac
  done
  for _ in {1..20}; do
    after=$(stock "$2" PROD-003 availableQuantity)
    if ((before - after == sold)); then break; fi
    sleep 0.5
  done
  echo "3. $sold keyboards sold, $before before and $after after"
  ((before - after == sold))
}
