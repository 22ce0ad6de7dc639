#!/bin/sh
# Installs what the tests and the native build need on Debian: PostgreSQL 15, MariaDB, nats-server, RabbitMQ, clang,
# zlib headers, Chromium, Node.js, curl, what builds and inspects the image (buildah, skopeo, umoci), and from npm what
# tests/oidc and tests/browser name.
# Safe to run again; answers at once when everything is present. The tests start servers of their own on free
# ports, so a service that this script brings in is neither started now nor at boot. A service that
# was installed before is left as it was.
set -eu

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

wanted=
for package in postgresql-15 mariadb-server nats-server rabbitmq-server clang zlib1g-dev chromium buildah skopeo umoci python3; do
    installed "$package" || wanted="$wanted $package"
done
# Node.js may have come from elsewhere, under the same name or with npm inside.
command -v node >/dev/null 2>&1 || wanted="$wanted nodejs"
command -v npm >/dev/null 2>&1 || wanted="$wanted npm"
# The documents' examples are run as they stand.
command -v curl >/dev/null 2>&1 || wanted="$wanted curl"

cd "$(dirname "$0")/.."
node_folders="tests/oidc tests/browser"
is_current() {
    cmp -s "$1/package-lock.json" "$1/node_modules/.installed-from"
}
modules_are_current() {
    for folder in $node_folders; do
        is_current "$folder" || return 1
    done
}
[ -z "$wanted" ] && modules_are_current && exit 0

fail() {
    echo "install-test-deps: $1${wanted:+; install by hand:$wanted}" >&2
    exit 1
}

# One installation at a time, also when several test runs start together.
if [ -z "${INSTALL_TEST_DEPS_LOCKED:-}" ]; then
    INSTALL_TEST_DEPS_LOCKED=1 exec flock -w 900 "${TMPDIR:-/tmp}/controller-install-test-deps.lock" scripts/install-test-deps.sh "$@"
fi

install_modules() {
    for folder in $node_folders; do
        is_current "$folder" && continue
        echo "install-test-deps: npm ci in $folder" >&2
        (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts >&2) || fail "npm ci failed in $folder"
        cp "$folder/package-lock.json" "$folder/node_modules/.installed-from"
    done
}

if [ -z "$wanted" ]; then
    install_modules
    exit 0
fi

command -v apt-get >/dev/null 2>&1 || fail "apt-get is missing (only Debian and its kin are supported)"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || fail "must run as root"
    as_root="sudo -n"
fi

# policy-rc.d is Debian's way of telling packages not to start their service while being installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi

echo "install-test-deps: installing$wanted" >&2
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" >&2
}
# shellcheck disable=SC2086
apt install --no-install-recommends $wanted || {
    apt update || fail "apt-get update failed"
    # shellcheck disable=SC2086
    apt install --no-install-recommends $wanted || fail "apt-get install failed"
}

# What we brought in must not start at boot either.
if [ -d /run/systemd/system ]; then
    case "$wanted" in *postgresql-15*) $as_root systemctl disable --now postgresql >&2 || true ;; esac
    case "$wanted" in *nats-server*) $as_root systemctl disable --now nats-server >&2 || true ;; esac
    case "$wanted" in *rabbitmq-server*) $as_root systemctl disable --now rabbitmq-server >&2 || true ;; esac
    case "$wanted" in *mariadb-server*) $as_root systemctl disable --now mariadb >&2 || true ;; esac
fi

install_modules
