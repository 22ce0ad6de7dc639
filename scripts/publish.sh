#!/bin/sh
# Publishes the native binary: scripts/publish.sh <amd64|arm64|arm> <output directory>
# For another architecture than this machine's, its cross tools must be there (Debian: gcc-aarch64-linux-gnu or
# gcc-arm-linux-gnueabihf, and clang).
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  amd64) runtime=linux-x64 triple=x86_64-linux-gnu ;;
  arm64) runtime=linux-arm64 triple=aarch64-linux-gnu ;;
  arm) runtime=linux-arm triple=arm-linux-gnueabihf ;;
  riscv64)
    echo "publish: .NET has no native compiler for riscv64; see docs/platforms.md" >&2
    exit 2
    ;;
  *)
    echo "usage: scripts/publish.sh <amd64|arm64|arm> <output directory>" >&2
    exit 2
    ;;
esac
output=${2:?the output directory}

case "$(uname -m)" in
  x86_64) here=x86_64-linux-gnu ;;
  aarch64) here=aarch64-linux-gnu ;;
  *) here=$triple ;;
esac
set -- dotnet publish src/Controller -c Release -r "$runtime" -o "$output" -v quiet --nologo
# The cross binutils; the compiler finds the rest by the target's name.
[ "$triple" = "$here" ] || set -- "$@" -p:ObjCopyName="$triple-objcopy"
exec "$@"
