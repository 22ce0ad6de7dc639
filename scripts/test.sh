#!/usr/bin/env bash
# Installs what the tests need, publishes the native binary, runs every test, and prints the totals as its last line.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

scripts/install-test-deps.sh

case "$(uname -m)" in
  aarch64 | arm64) runtime=linux-arm64 ;;
  *) runtime=linux-x64 ;;
esac
dotnet build Controller.slnx -v quiet
dotnet publish src/Controller -c Release -r "$runtime" -o artifacts/native -v quiet
export CONTROLLER_BINARY="$PWD/artifacts/native/controller"

passed=0 failed=0 skipped=0 broken=0
run() { # name of the report, project, arguments of the runner
  local report="artifacts/$1.log" project=$2 status=0
  shift 2
  dotnet run --no-build --project "$project" -- --progress off --no-ansi "$@" 2>&1 | tee "$report" || status=$?
  count() { sed -n "s/^ *$1: *\([0-9]*\)$/\1/p" "$report" | tail -n 1; }
  passed=$((passed + $(count succeeded || true) + 0))
  failed=$((failed + $(count failed || true) + 0))
  skipped=$((skipped + $(count skipped || true) + 0))
  [ "$status" -eq 0 ] || broken=1
}

run sql tests/Controller.Sql.Tests
run ws tests/Controller.Ws.Tests
run controller tests/Controller.Tests

# The API's behaviour once more on the other databases. Their files are of no use afterwards: in memory where possible.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
areas=
for area in Applications ApplicationTemplates Catalog Certificates Clients Cluster ConfigEntries ConfigMaps Fogs Microservices Registries Roles Router Secrets Sessions Substitution Tunnels VolumeMounts; do
  areas="$areas${areas:+|}(Controller.Tests.$area)"
done
for database in postgres mysql; do
  CONTROLLER_TEST_DATABASE=$database run "controller-$database" tests/Controller.Tests \
    --treenode-filter "/*/$areas/*/*"
done

# A runner that died without counting must not look like success.
[ "$broken" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
