# shellcheck shell=bash
# PostgreSQL and RabbitMQ for ./dev, which sources this file from the top of the checkout.
#
# They come in sets (run, test, outage, bench, chaos), so that tests and measurements never disturb a system that runs
# by hand. The state of a set is in .local/SET. Its servers come from the first of these sources:
#   given       FULFILLMENT_POSTGRES and FULFILLMENT_RABBITMQ name existing servers
#   compose     a Docker engine runs docker-compose.yml
#   containers  the same for the sets test and outage: there, each test run starts containers of its own
#   private     processes of our own on free ports, from the system's packages

set_name='' state='' source='' pg_bin='' rabbitmq_server=''
postgres_port='' amqp_port='' management_port='' dist_port='' epmd_port=''
readonly modules=(order inventory payment notification)
readonly services=(order-db inventory-db payment-db notification-db rabbitmq)

say() { printf '%s\n' "$*" >&2; }
die() { say "dev: $*"; exit 1; }

# name_set [SET]: selects a set. use_set [SET]: also finds the source of its servers.
name_set() {
  case ${1:=run} in
    run | test | outage | bench | chaos) ;;
    *) die "there is no server set '$1'; the sets are run, test, outage, bench and chaos" ;;
  esac
  set_name=$1 state=$PWD/.local/$1
  mkdir -p "$state"
}

use_set() {
  name_set "$@"
  if [[ -n ${FULFILLMENT_POSTGRES-}${FULFILLMENT_RABBITMQ-} ]]; then
    [[ -n ${FULFILLMENT_POSTGRES-} && -n ${FULFILLMENT_RABBITMQ-} ]] ||
      die "FULFILLMENT_POSTGRES and FULFILLMENT_RABBITMQ go together: set both, or neither"
    source=given
  elif is_running postgres || is_running rabbitmq; then source=private
  elif ! docker_works; then source=private
  elif [[ $set_name == test || $set_name == outage ]]; then source=containers
  else source=compose; fi
}

docker_works() {
  local image
  if ! timeout 5 docker info >/dev/null 2>&1 || ! docker compose version >/dev/null 2>&1; then return 1; fi
  for image in $(docker compose config --images order-db rabbitmq); do
    if docker image inspect "$image" >/dev/null 2>&1; then continue; fi
    say "Pulling $image ..."
    if ! timeout 300 docker pull -q "$image" >/dev/null; then
      say "Docker cannot pull it; using private processes instead of Docker."
      return 1
    fi
  done
}

servers_up() (
  exec 9>"$state/lock"
  flock 9
  case $source in
    compose) compose_up ;;
    private) private_up ;;
  esac
  if [[ $set_name == run && $source != compose ]]; then create_databases; fi
)

servers_are_up() {
  case $source in
    private) is_running postgres && is_running rabbitmq ;;
    compose) [[ -s $state/compose ]] ;;
  esac
}

# Stops the servers that servers_up started, even when the source has changed since.
servers_down() (
  exec 9>"$state/lock"
  flock 9
  stop_processes rabbitmq postgres
  stop_processes epmd
  if [[ -s $state/compose ]]; then
    xargs docker compose --progress quiet stop <"$state/compose"
    rm "$state/compose"
  fi
)

# ---- addresses

# Exports the addresses of the set: FULFILLMENT_* for programs that create their own databases, and for
# the run set also the settings of the host.
export_addresses() {
  local module
  case $source in
    compose)
      load_env
      local broker=${RABBITMQ_USER:-guest}:${RABBITMQ_PASSWORD:-guest}@127.0.0.1
      export FULFILLMENT_POSTGRES="Host=127.0.0.1;Port=5432;Username=orderuser;Password=${ORDER_DB_PASSWORD:-orderpass}"
      export FULFILLMENT_RABBITMQ=amqp://$broker:5672 FULFILLMENT_RABBITMQ_MANAGEMENT=http://$broker:15672 ;;
    private)
      load_ports || die "the servers of set $set_name have not been started: ./dev servers up $set_name"
      export FULFILLMENT_POSTGRES="Host=127.0.0.1;Port=$postgres_port;Username=postgres;Password=postgres"
      export FULFILLMENT_RABBITMQ=amqp://guest:guest@127.0.0.1:$amqp_port
      export FULFILLMENT_RABBITMQ_MANAGEMENT=http://guest:guest@127.0.0.1:$management_port
      export FULFILLMENT_SERVERS=private FULFILLMENT_SERVER_SET=$set_name ;; # which tests may stop and start
  esac
  if [[ $set_name != run ]]; then return; fi
  local port password variable
  port=$(postgres_field port)
  for module in "${modules[@]}"; do
    password=${module}pass variable=${module^^}_DB_PASSWORD
    if [[ $source == compose ]]; then password=${!variable:-$password}; fi
    export "ConnectionStrings__${module^}=Host=$(postgres_field host);Port=$port;Database=${module}_db;Username=${module}user;Password=$password"
    if [[ $source == compose ]]; then port=$((port + 1)); fi # there, each module has a server of its own
  done
  export RabbitMq__Uri=$FULFILLMENT_RABBITMQ RabbitMq__ManagementUri=${FULFILLMENT_RABBITMQ_MANAGEMENT-}
}

# The passwords and ports of the compose file, which Docker Compose reads by itself.
load_env() {
  if [[ ! -e .env ]]; then return; fi
  set -a
  # shellcheck source=/dev/null
  source .env
  set +a
}

print_addresses() {
  local name
  export_addresses
  for name in "${!FULFILLMENT_@}" "${!ConnectionStrings__@}" "${!RabbitMq__@}"; do
    printf "export %s='%s'\n" "$name" "${!name//\'/\'\\\'\'}"
  done
}

# postgres_field NAME: one field of the administrator's connection string.
postgres_field() {
  local names value
  case $1 in
    host) names='host|server' ;;
    port) names='port' ;;
    user) names='username|user name|user id|userid|uid|user' ;;
    password) names='password|pwd' ;;
  esac
  value=$(tr ';' '\n' <<<"$FULFILLMENT_POSTGRES" | sed -En "s/^ *($names) *= *(.*)/\2/Ip")
  [[ -n $value || $1 != port ]] || value=5432
  printf '%s' "$value"
}

# ---- databases

psql_client() {
  find_postgres
  if [[ ! -x $pg_bin/psql ]]; then install_packages postgresql-client; find_postgres; fi
  "$pg_bin/psql" -X "$@"
}

# Each module has a role that may open its own database only, as in production.
create_databases() {
  local module
  export_addresses
  for module in "${modules[@]}"; do
    cat <<SQL
SELECT 'CREATE ROLE ${module}user LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${module}user') \gexec
ALTER ROLE ${module}user PASSWORD '${module}pass';
SELECT 'CREATE DATABASE ${module}_db OWNER ${module}user' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${module}_db') \gexec
REVOKE CONNECT ON DATABASE ${module}_db FROM PUBLIC;
SQL
  done | PGPASSWORD=$(postgres_field password) psql_client -q -v ON_ERROR_STOP=1 \
    -h "$(postgres_field host)" -p "$(postgres_field port)" -U "$(postgres_field user)" -d postgres
}

# open_psql MODULE [ARGUMENTS]
open_psql() {
  local module=${1-}
  module=${module,,}
  [[ -n $module && " ${modules[*]} " == *" $module "* ]] || die "psql needs a module: ${modules[*]}"
  shift
  if [[ $source == compose ]]; then
    local terminal=()
    [[ -t 0 && -t 1 ]] || terminal=(-T)
    docker compose exec "${terminal[@]}" "$module-db" psql -U "${module}user" -d "${module}_db" "$@"
  else
    export_addresses
    [[ $source == given ]] || is_running postgres || die "the databases are not up: ./dev run, or ./dev servers up"
    PGPASSWORD=${module}pass psql_client -h "$(postgres_field host)" -p "$(postgres_field port)" \
      -U "${module}user" -d "${module}_db" "$@"
  fi
}

# ---- Docker

compose_up() {
  local running service
  running=$(docker compose ps --services --status running)
  for service in "${services[@]}"; do
    grep -qx "$service" <<<"$running" || echo "$service"
  done >>"$state/compose" # so that servers_down does not stop servers that were running before
  docker compose --progress quiet up -d --wait "${services[@]}"
}

# ---- private processes

private_up() {
  if is_running postgres && is_running rabbitmq; then return; fi
  ensure_installed
  if ! is_running postgres && ! is_running rabbitmq; then
    choose_ports
    # Tests and measurements start empty. Their data stays for inspection until the next start.
    if [[ $set_name != run ]]; then remove_data; fi
  fi
  load_ports
  start_postgres &
  local postgres=$!
  start_rabbitmq
  wait "$postgres"
}

remove_data() {
  if [[ -s $state/postgres.data ]]; then rm -rf "$(<"$state/postgres.data")" "$state/postgres.data"; fi
  rm -rf "$state/rabbitmq"
}

# Ports are kept from one start to the next. New ports are below the range from which the kernel takes
# the ports of outgoing connections, so that the port of a restarted server is still free.
choose_ports() {
  local port
  stop_processes epmd
  if load_ports && ports_free "$postgres_port" "$amqp_port" "$management_port" "$dist_port" "$epmd_port"; then return; fi
  until port=$((20000 + RANDOM % 2400 * 5)); ports_free "$port" $((port + 1)) $((port + 2)) $((port + 3)) $((port + 4)); do :; done
  printf '%s_port=%d\n' postgres "$port" amqp $((port + 1)) management $((port + 2)) dist $((port + 3)) epmd $((port + 4)) >"$state/ports"
}

# shellcheck disable=SC1091 # written by choose_ports
load_ports() { [[ -e $state/ports ]] && source "$state/ports"; }

ports_free() {
  local port
  for port in "$@"; do ! port_in_use "$port" || return; done
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# http_ok PORT PATH: answers 200 on this machine. Needs neither curl nor wget.
http_ok() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" &&
      printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3 &&
      read -r -t 5 status <&3 &&
      [[ $status == *' 200 '* ]]
  ) 2>/dev/null
}

start_postgres() {
  if is_running postgres; then return; fi
  local run_as=() data
  # PostgreSQL refuses to run as root.
  if ((EUID == 0)); then run_as=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
  if [[ ! -s $state/postgres.data ]]; then make_postgres_data; fi
  data=$(<"$state/postgres.data")
  # The last setting is not one of PostgreSQL: is_running finds it in the process list.
  launch postgres "${run_as[@]}" "$pg_bin/postgres" -D "$data" \
    -c port="$postgres_port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=2GB -c fulfillment.set="$state/"
  await postgres "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$postgres_port"
}

make_postgres_data() {
  local data=$state/postgres
  rm -rf "$data"
  if ((EUID == 0)); then
    install -d -o postgres -m 700 "$data"
    # The postgres user cannot read a checkout below a private home.
    if ! "${run_as[@]}" test -w "$data"; then
      rmdir "$data"
      data=$(mktemp -d /var/tmp/fulfillment.XXXXXX)
      chown postgres "$data"
    fi
  fi
  # shellcheck disable=SC2016 # the inner shell expands
  (cd / && "${run_as[@]}" sh -c 'echo postgres | "$0" -D "$1" --username=postgres --pwfile=/dev/stdin \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8' "$pg_bin/initdb" "$data") >"$state/initdb.log" 2>&1 ||
    { tail "$state/initdb.log" >&2; die "PostgreSQL could not create its data directory $data"; }
  echo "$data" >"$state/postgres.data"
}

start_rabbitmq() {
  if is_running rabbitmq; then return; fi
  local home=$state/rabbitmq
  mkdir -p "$home"
  echo '[rabbitmq_management].' >"$home/enabled_plugins"
  cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.local = 127.0.0.1:$amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
CONF
  # A port mapper of its own: a shared one would outlive this set, or its stop would break another set.
  if ! is_running epmd; then launch epmd epmd -port "$epmd_port" -address 127.0.0.1; fi
  # Erlang sizes its tables by the limit of open files, which may be very large or very small.
  ulimit -Sn 65536 2>/dev/null || true
  # Most of RabbitMQ's start is loading a thousand Erlang modules one by one. Loading all of them first
  # makes the start twice as fast. A version with other module names starts without this gain.
  local preload='os:unsetenv("ERL_AFLAGS"), catch code:ensure_modules_loaded([list_to_atom(filename:basename(F, ".beam")) ||
    A <- [kernel, stdlib, sasl, compiler, syntax_tools, tools, os_mon, inets, crypto, asn1, public_key, ssl, xmerl, mnesia,
          ra, osiris, syslog, cuttlefish, recon, observer_cli, jsx, ranch, cowlib, cowboy, rabbit_common, rabbit,
          amqp_client, amqp10_common, rabbitmq_prelaunch, rabbitmq_web_dispatch, rabbitmq_management_agent, rabbitmq_management],
    D <- [code:lib_dir(A)], is_list(D), F <- filelib:wildcard(D ++ "/ebin/*.beam")]).'
  # A clean environment, because every RABBITMQ_* or ERL_* variable of the caller would apply too. With "under
  # systemd" the start script becomes the broker instead of its parent: the pid is the broker's.
  # A broker that is killed writes a dump to the folder that it was started in.
  launch rabbitmq env -i -C "$home" PATH="$PATH" LANG=C.UTF-8 HOME="$home" FULFILLMENT_SET="$state/" \
    RUNNING_UNDER_SYSTEMD=true RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_NODENAME="fulfillment-$set_name@localhost" \
    RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" RABBITMQ_CONFIG_FILES="$home/conf.d" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced.config" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$home/data" RABBITMQ_LOG_BASE="$home/log" \
    RABBITMQ_DIST_PORT="$dist_port" ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    ERL_CRASH_DUMP="$home/erl_crash.dump" ERL_AFLAGS="-eval '$preload'" "$rabbitmq_server"
  await rabbitmq rabbitmq_ready
}

# RabbitMQ opens its AMQP port last, when everything behind it works.
rabbitmq_ready() { port_in_use "$amqp_port" && http_ok "$management_port" /; }

# launch NAME COMMAND: starts a server in a session of its own, so that Ctrl-C ends servers only through ./dev,
# after their clients. It gets neither our lock, which it would hold for ever, nor our output, which may be a pipe.
launch() {
  local name=$1
  shift
  FULFILLMENT_SET=$state/ setsid "$@" </dev/null >"$state/$name.log" 2>&1 9>&- &
  echo $! >"$state/$name.pid"
}

# await NAME CHECK: waits until the check succeeds, the process has ended, or a minute has passed.
await() {
  local name=$1 end=$((SECONDS + 60))
  shift
  until "$@"; do
    if ! kill -0 "$(<"$state/$name.pid")" 2>/dev/null || ((SECONDS > end)); then
      tail -n 20 "$state/$name.log" >&2
      die "$name did not start; its log is $state/$name.log"
    fi
    sleep 0.1
  done
}

# A pid file alone is not enough: the pid may belong to another process by now.
is_running() {
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) && grep -qsF "$state/" "/proc/$pid/cmdline" "/proc/$pid/environ"
}

# stop_processes NAME...: signals all of them, then waits for each, and kills it after 20 s.
stop_processes() {
  local name pid patience
  for name in "$@"; do
    if ! is_running "$name"; then continue; fi
    pid=$(<"$state/$name.pid")
    case $name in
      postgres) kill -INT "$pid" || true ;; # does not wait for clients to leave
      rabbitmq) unhook_management; kill -TERM "$pid" || true ;;
      *) kill -TERM "$pid" || true ;;
    esac
  done
  for name in "$@"; do
    patience=200
    while is_running "$name"; do
      ((patience-- > 0)) || kill -KILL "$(<"$state/$name.pid")" || true
      sleep 0.1
    done
    rm -f "$state/$name.pid"
  done
}

# While it stops, RabbitMQ 3 with the management plugin waits five seconds for a response that cannot come
# any more, unless the plugin has stopped listening to events before.
unhook_management() {
  call_broker 'gen_event delete_handler [rabbit_event,rabbit_mgmt_db_handler,[]]' 5 >/dev/null 2>&1 || true
}

# call_broker 'MODULE FUNCTION ARGUMENTS' [SECONDS]: calls Erlang within the broker. Much faster than rabbitmqctl.
call_broker() {
  load_ports
  HOME=$state/rabbitmq ERL_EPMD_PORT=$epmd_port PATH=/usr/lib/erlang/bin:$PATH timeout "${2:-60}" \
    erl_call -sname "fulfillment-$set_name@localhost" -a "$1"
}

# ---- installation

find_postgres() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || true # Debian keeps them off PATH
  if [[ -z $found ]]; then found=$(dirname "$(command -v initdb || command -v psql || echo /nonexistent/psql)"); fi
  pg_bin=$found
}

# Debian's rabbitmq-server on PATH changes to another user; the script that it calls does not.
find_rabbitmq() {
  rabbitmq_server=/usr/lib/rabbitmq/bin/rabbitmq-server
  [[ -x $rabbitmq_server ]] || rabbitmq_server=$(command -v rabbitmq-server) || rabbitmq_server=''
}

ensure_installed() {
  local missing=()
  find_postgres
  find_rabbitmq
  [[ -x $pg_bin/initdb ]] || missing+=(postgresql)
  [[ -n $rabbitmq_server ]] || missing+=(rabbitmq-server)
  if ((${#missing[@]})); then
    install_packages "${missing[@]}"
    find_postgres
    find_rabbitmq
  fi
}

# The tests of the gateway run nginx itself, with every source of servers.
ensure_nginx() {
  if [[ -x /usr/sbin/nginx ]] || command -v nginx >/dev/null; then return; fi
  command -v apt-get >/dev/null || die "missing: nginx. Install it so that it is on PATH"
  install_packages nginx
}

# The tests of the console drive a browser of the system, which needs fonts. Ubuntu's package chromium does not work
# without snapd, so Chrome is accepted too.
ensure_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return; fi
  done
  command -v apt-get >/dev/null || die "missing: chromium. Install it, or Chrome, so that it is on PATH"
  install_packages chromium fonts-dejavu-core fonts-liberation
}

# promtool is one program of a large package and needs nothing else of it. Without it, its test is skipped.
ensure_promtool() {
  if [[ -x .local/promtool ]] || command -v promtool >/dev/null || ! command -v apt-get >/dev/null; then return; fi
  say "Downloading promtool ..."
  local folder
  folder=$(mktemp -d .local/promtool-XXXXXX)
  (cd "$folder" && { apt-get -q download prometheus || { sudo apt-get -q update && apt-get -q download prometheus; }; } >/dev/null 2>&1 &&
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool && mv usr/bin/promtool ../promtool) || say "promtool is not available; its test is skipped."
  rm -rf "$folder"
}

install_packages() {
  local sudo=()
  command -v apt-get >/dev/null ||
    die "missing: $*. Start Docker, or install PostgreSQL and RabbitMQ so that initdb and rabbitmq-server are on PATH"
  if ((EUID)); then
    command -v sudo >/dev/null || die "missing: $*, and sudo to install them. Start Docker, or run as root: apt-get install $*"
    sudo=(sudo)
  fi
  say "Installing $* ..."
  # These packages start a service for the whole machine. Two temporary files prevent that. The lock is for
  # another set that installs at the same time.
  # shellcheck disable=SC2016 # the inner shell expands
  "${sudo[@]}" flock "$PWD/.local" bash -ec '
    policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/fulfillment.conf
    trap "rm -f $cluster \$made" EXIT
    mkdir -p "${cluster%/*}"
    echo "create_main_cluster = false" >"$cluster"
    if [ ! -e "$policy" ]; then made=$policy; printf "#!/bin/sh\nexit 101\n" >"$policy"; chmod +x "$policy"; fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@"
  ' bash "$@" </dev/null >"$state/install.log" 2>&1 9>&- ||
    { tail "$state/install.log" >&2; die "the installation failed; its log is $state/install.log"; }
}

# ---- ./dev servers

servers_command() {
  local command=${1:-status}
  use_set "${2:-run}"
  # Containers of the test set belong to a test run, so ./dev servers uses private processes.
  if [[ $source == containers ]]; then source=private; fi
  case $command in
    up) servers_up ;;
    down) servers_down ;;
    env) print_addresses ;;
    status) servers_status ;;
    stop-broker | start-broker | restart-broker) servers_control "${command%-broker}" rabbitmq ;;
    kill-broker) kill_broker ;;
    pause-broker) servers_call 'rabbit stop []' ;; # as rabbitmqctl stop_app: the runtime keeps running
    resume-broker) servers_call 'rabbit start []' ;;
    # As rabbitmqctl reset, while the broker is paused: users, definitions and messages are lost.
    reset-broker) servers_call "$(broker_database) reset []" ;;
    stop-postgres | start-postgres | restart-postgres | crash-postgres) servers_control "${command%-postgres}" postgres ;;
    # The broker blocks publishers.
    fill-broker) servers_call 'vm_memory_monitor set_vm_memory_high_watermark [0.00001]' ;;
    relieve-broker) servers_call 'vm_memory_monitor set_vm_memory_high_watermark [0.4]' ;;
    *) die "unknown command 'servers $command'; see ./dev help" ;;
  esac
}

servers_status() {
  local name
  say "set $set_name: $source"
  case $source in
    compose) docker compose ps "${services[@]}" ;;
    private)
      for name in postgres rabbitmq; do
        if is_running "$name"; then echo "$name runs, pid $(<"$state/$name.pid"), log $state/$name.log"
        else echo "$name is stopped"; fi
      done ;;
  esac
}

# servers_control start|stop|restart|crash postgres|rabbitmq: for tests of outages.
servers_control() (
  if [[ $source == compose && $2 == rabbitmq ]]; then
    docker compose --progress quiet "$1" rabbitmq
    return
  fi
  [[ $source == private ]] || die "set $set_name ($source) has no $2 of ours to $1"
  exec 9>"$state/lock"
  flock 9
  load_ports || die "set $set_name has never been started"
  if [[ $1 == crash ]] && is_running "$2"; then kill -QUIT "$(<"$state/$2.pid")"; fi # PostgreSQL's immediate mode
  if [[ $1 != start ]]; then stop_processes "$2"; fi
  if [[ $1 != stop ]]; then ensure_installed; "start_$2"; fi
)

# Kills the broker as a failure would, waits until it has ended, and starts it again.
kill_broker() (
  [[ $source == private ]] || die "set $set_name ($source) has no rabbitmq of ours to kill"
  exec 9>"$state/lock"
  flock 9
  load_ports || die "set $set_name has never been started"
  ! is_running rabbitmq || kill -KILL "$(<"$state/rabbitmq.pid")"
  while is_running rabbitmq; do sleep 0.05; done
  ensure_installed
  start_rabbitmq
)

# The Erlang module with the broker's definitions, which has another name since RabbitMQ 3.12.
broker_database() {
  if [[ $(call_broker 'code which [rabbit_db]') == non_existing ]]; then echo rabbit_mnesia; else echo rabbit_db; fi
}

servers_call() {
  [[ $source == private ]] || die "set $set_name ($source) has no broker of ours to talk to"
  is_running rabbitmq || die "rabbitmq of set $set_name does not run"
  call_broker "$1"
}
