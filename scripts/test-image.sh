#!/usr/bin/env bash
# Builds the image and does the main job with it, as a container engine would run it: the image's own user, environment
# and command, a read-only root, volumes for data and log. Takes what scripts/build-image.sh takes:
#   scripts/test-image.sh [architecture[=directory of its published binary]]...
# An image of another architecture runs under qemu-user-static. Needs root, python3, buildah, skopeo, umoci.
set -euo pipefail
cd "$(dirname "$0")/.."

largest_compressed=$((40 * 1000 * 1000))
home=/home/runner/.npm-global/lib/node_modules/controller/src/data/sqlite_files
log=/var/log/iofog-controller
username=admin@example.com
password=Correct-Horse-9-Battery
read -ra load <<< "${CONTROLLER_LOAD:-dotnet run -c Release --project load/Controller.Load --}"

say() { echo "test-image: $*" >&2; }
fail() {
  [ ! -s "${output:-}" ] || tail -n 15 "$output" >&2
  say "FAILED: $*"
  exit 1
}
check() { # what, expected, actual
  [ "$2" = "$3" ] || fail "$1 is '$3', not '$2'"
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

[ "$(id -u)" -eq 0 ] || fail "must run as root: it mounts and changes root"
[ $# -gt 0 ] || set -- amd64 arm64
scripts/build-image.sh "$@"

work=$(mktemp -d "${TMPDIR:-/tmp}/controller-image-XXXXXX")
server=
cleanup() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

inspect() { # architecture
  local config manifest size
  skopeo copy --quiet --override-os linux --override-arch "$1" "oci:artifacts/image:$version" "oci:$work/image-$1:image"
  config=$(skopeo inspect --config "oci:$work/image-$1:image")
  manifest=$(skopeo inspect --raw "oci:$work/image-$1:image")
  field() { python3 -c 'import json, sys; print(eval("c" + sys.argv[1], {"c": json.loads(sys.argv[2])}))' "$1" "$config"; }
  check architecture "$1" "$(field "['architecture']")"
  check user 10000:10000 "$(field "['config']['User']")"
  check command "['/opt/controller/controller']" "$(field "['config']['Cmd']")"
  check "version label" "$version" "$(field "['config']['Labels']['org.opencontainers.image.version']")"
  check ports "['51121/tcp', '8008/tcp']" "$(field "['config']['ExposedPorts'] and sorted(c['config']['ExposedPorts'])")"
  size=$(python3 -c 'import json, sys; print(sum(l["size"] for l in json.loads(sys.argv[1])["layers"]))' "$manifest")
  [ "$size" -le "$largest_compressed" ] || fail "$size bytes compressed"
  say "$1: $size bytes compressed"
}

# As the runtime would: a mount namespace of its own, the root read-only, /dev, /proc, a tmpfs, two volumes.
# shellcheck disable=SC2016
enter='
  set -eu
  root=$1 data=$2 log=$3 qemu=$4
  shift 4
  mount --bind "$root" "$root"
  mkdir -p "$root/dev"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for device in null zero full random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  [ -z "$qemu" ] || cp "$qemu" "$root/tmp/qemu"
  mount --bind "$data" "$root'$home'"
  mount --bind "$log" "$root'$log'"
  mount -o remount,bind,ro "$root"
  exec chroot --userspec=10000:10000 "$root" ${qemu:+/tmp/qemu} "$@"'

run() { # architecture
  local root=$work/bundle-$1/rootfs data=$work/data-$1 logs=$work/log-$1 qemu= environment port console status
  umoci unpack --image "$work/image-$1:image" "$work/bundle-$1" > /dev/null
  ! find "$root" \( -name sh -o -name bash -o -name busybox \) -type f | grep -q . || fail "there is a shell in the image"
  check "owner of the data directory" 10000:10000 "$(stat -c %u:%g "$root$home")"
  check "owner of the log directory" 10000:10000 "$(stat -c %u:%g "$root$log")"
  [ -s "$root/licenses/LICENSE" ] || fail "no licence"
  if [ "$1" != "$(dpkg --print-architecture)" ]; then
    case "$1" in amd64) qemu=qemu-x86_64-static ;; arm64) qemu=qemu-aarch64-static ;; arm) qemu=qemu-arm-static ;; riscv64) qemu=qemu-riscv64-static ;; esac
    qemu=$(command -v "$qemu") || fail "qemu-user-static is missing"
  fi

  port=$(free_port) console=$(free_port)
  mkdir -p "$data" "$logs"
  chown 10000:10000 "$data" "$logs"
  # What the image says, and what an operator adds.
  mapfile -t environment < <(python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))["process"]["env"]))' "$work/bundle-$1/config.json")
  environment+=("API_PORT=$port" "CONSOLE_PORT=$console" "OIDC_BOOTSTRAP_ADMIN_USERNAME=$username" "OIDC_BOOTSTRAP_ADMIN_PASSWORD=$password")
  output=$work/output-$1
  local program=/opt/controller/controller
  env -i "${environment[@]}" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    unshare --mount --propagation private sh -c "$enter" sh "$root" "$data" "$logs" "$qemu" "$program" > "$output" 2>&1 &
  server=$!

  # As docker exec does it. Without qemu by the name that is on the PATH.
  inside() {
    if [ -n "$qemu" ]; then
      nsenter --target "$server" --mount env -i "${environment[@]}" /usr/sbin/chroot --userspec=10000:10000 "$root" /tmp/qemu "$program" "$@"
    else
      nsenter --target "$server" --mount env -i "${environment[@]}" /usr/sbin/chroot --userspec=10000:10000 "$root" iofog-controller "$@"
    fi
  }
  for _ in $(seq 1 600); do
    kill -0 "$server" 2>/dev/null || fail "the server has ended"
    # Not while its devices are being mounted: an empty file in place of a random one holds a runtime up for ever.
    [ "$(readlink "/proc/$server/root")" = "$root" ] && inside healthcheck > /dev/null 2>&1 && break
    sleep 0.1
  done
  check healthcheck ready "$(inside healthcheck 2>&1)"
  check "user of the process" "10000 10000 10000 10000" "$(sed -n 's/^Uid:\t//p' "/proc/$server/status" | tr '\t' ' ')"

  "${load[@]}" demo --url "http://127.0.0.1:$port" --username "$username" --password "$password" > "$work/demo" 2>&1 \
    || { cat "$work/demo" >&2; fail "the main job"; }
  succeed() {
    inside "$@" > "$work/said" 2>&1 || fail "iofog-controller $*: $(cat "$work/said")"
  }
  succeed iofog add --name from-inside --arch-id 1
  succeed iofog list
  grep -q from-inside "$work/said" || fail "iofog list does not show the node"
  succeed check
  succeed backup /tmp/copy.sqlite
  # Its own home, so that nothing but the read-only root keeps it out.
  status=0
  inside backup /home/runner/copy.sqlite > "$work/said" 2>&1 || status=$?
  check "exit code of a backup into the image" 1 "$status"

  kill -TERM "$server"
  status=0
  wait "$server" || status=$?
  server=
  check "exit code after SIGTERM" 0 "$status"
  [ -s "$data/controller_db.sqlite" ] || fail "no database in the volume"
  [ -s "$logs/iofog-controller.log" ] || fail "no log in the volume"
  say "$1: provisioned, deployed, reported and deleted with a read-only root as uid 10000${qemu:+ under $(basename "$qemu")}"
}

version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
for entry in "$@"; do
  inspect "${entry%%=*}"
  run "${entry%%=*}"
done
