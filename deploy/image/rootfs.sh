#!/bin/sh
# Gathers what the binary needs of a Linux distribution, and nothing else, for the root of an image:
#   rootfs.sh <root of a Debian or Ubuntu, or of its unpacked packages> <amd64|arm64|arm|riscv64> <output directory>
# The output has root (glibc, OpenSSL, CA certificates, time zones, a user; no shell, no package manager) and, for the
# user to own, home and log.
set -eu
source=${1:?the source} architecture=${2:?the architecture} output=${3:?the output directory}
source=${source%/}
root=$output/root

case "$architecture" in
  amd64) triple=x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;;
  arm64) triple=aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;;
  arm) triple=arm-linux-gnueabihf loader=lib/ld-linux-armhf.so.3 ;;
  riscv64) triple=riscv64-linux-gnu loader=lib/ld-linux-riscv64-lp64d.so.1 ;;
  *)
    echo "rootfs: unknown architecture $architecture" >&2
    exit 2
    ;;
esac

# The real file, wherever this distribution keeps it and however many links lead to it.
find_library() {
  for folder in "lib/$triple" "usr/lib/$triple" lib usr/lib lib64 usr/lib64; do
    [ -e "$source/$folder/$1" ] || continue
    echo "$source/$folder/$1"
    return
  done
}
library() {
  file=$(find_library "$1")
  [ -n "$file" ] || return 1
  cp -L "$file" "$root/lib/$triple/$1"
}

mkdir -p "$root/lib/$triple" "$root/$(dirname "$loader")" "$root/etc/ssl/certs" "$root/usr/share" "$root/tmp" "$root/proc"
chmod 1777 "$root/tmp"

for name in libc.so.6 libm.so.6 libgcc_s.so.1 libssl.so.3 libcrypto.so.3; do
  library "$name" || { echo "rootfs: $name is not in $source" >&2; exit 1; }
done
# Part of glibc's libc.so.6 by now, or needed by OpenSSL in some distributions only.
for name in libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2 libatomic.so.1 libz.so.1 libzstd.so.1; do
  library "$name" || true
done
cp -L "$(find_library "$(basename "$loader")")" "$root/$loader"
chmod 755 "$root/$loader"

if [ -s "$source/etc/ssl/certs/ca-certificates.crt" ]; then
  cp -L "$source/etc/ssl/certs/ca-certificates.crt" "$root/etc/ssl/certs/"
else
  # The package brings one file for each authority; its installation would put them together.
  cat "$source"/usr/share/ca-certificates/mozilla/*.crt > "$root/etc/ssl/certs/ca-certificates.crt"
fi
cp -R "$source/usr/share/zoneinfo" "$root/usr/share/zoneinfo"
rm -rf "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/posix"

for package in libc6 libgcc-s1 gcc-12-base libssl3 libssl3t64 ca-certificates tzdata; do
  [ -e "$source/usr/share/doc/$package/copyright" ] || continue
  mkdir -p "$root/usr/share/doc/$package"
  cp -L "$source/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
done
for file in etc/os-release usr/lib/os-release; do
  [ -f "$source/$file" ] || continue
  cp -L "$source/$file" "$root/etc/os-release"
  break
done

printf 'root:x:0:0:root:/root:/sbin/nologin\nrunner:x:10000:10000:runner:/home/runner:/sbin/nologin\n' > "$root/etc/passwd"
printf 'root:x:0:\nrunner:x:10000:\n' > "$root/etc/group"
printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"

# Tools call it by this name (runtime 6.1).
mkdir -p "$root/usr/local/bin"
ln -s /opt/controller/controller "$root/usr/local/bin/iofog-controller"

# Where Edgelet mounts certificates and, for the user to write to, volumes (runtime 7.2).
mkdir -p "$root/etc/iofog/controller-cert" "$output/log" \
  "$output/home/runner/.npm-global/lib/node_modules/controller/src/data/sqlite_files"
