#!/usr/bin/env bash
# Builds the image without a container engine and without base images, as one OCI index in artifacts/image:
#   scripts/build-image.sh [architecture[=directory of its published binary]]...     (unless given: amd64 arm64)
# The binary is published when no directory is given. The rest comes from Debian's packages, which apt-get downloads;
# nothing is installed for it. Needs buildah, and apt-get with Debian's archive (scripts/install-test-deps.sh brings it).
set -euo pipefail
cd "$(dirname "$0")/.."

architectures=("$@")
[ $# -gt 0 ] || architectures=(amd64 arm64)
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
# The same sources make the same image.
epoch=$(git log -1 --format=%ct 2>/dev/null || echo 0)
output=artifacts/image work=artifacts/image-build
packages="libc6 libgcc-s1 libssl3 ca-certificates tzdata base-files"

say() { echo "build-image: $*" >&2; }
image() { buildah --storage-driver vfs --root "$PWD/$work/storage" --runroot "$PWD/$work/run" "$@"; }

# Downloads Debian packages of any architecture, beside this system's own package lists, and unpacks them.
fetch() { # architecture, directory
  local state=$work/apt-$1
  mkdir -p "$state/state/lists/partial" "$state/cache/archives/partial" "$2"
  : > "$state/status"
  local apt=(apt-get -qq -o "Dir::State=$PWD/$state/state" -o "Dir::Cache=$PWD/$state/cache" -o "Dir::State::status=$PWD/$state/status"
    -o "APT::Architecture=$1" -o "APT::Architectures=$1" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  # shellcheck disable=SC2086
  (cd "$state/cache/archives" && "${apt[@]}" download $packages)
  local package
  for package in "$state"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$2"
  done
}

rm -rf "$output" "$work/storage" "$work/run"
mkdir -p "$output" "$work"
index=controller:$version
image manifest create "$index" > /dev/null
for entry in "${architectures[@]}"; do
  architecture=${entry%%=*}
  published=artifacts/native-$architecture
  if [ "$entry" = "$architecture" ]; then
    say "publishing for $architecture"
    scripts/publish.sh "$architecture" "$published"
  else
    published=${entry#*=}
  fi
  published=$(realpath "$published")

  if [ ! -e "$work/packages-$architecture/.complete" ]; then
    say "downloading Debian packages for $architecture"
    rm -rf "$work/packages-$architecture"
    fetch "$architecture" "$work/packages-$architecture"
    touch "$work/packages-$architecture/.complete"
  fi

  rm -rf "$work/rootfs-$architecture"
  deploy/image/rootfs.sh "$work/packages-$architecture" "$architecture" "$work/rootfs-$architecture"
  say "building for $architecture"
  # Only the last stage: directories stand in for the stages before it, which would need base images.
  awk '/^FROM scratch$/ { found = 1 } found' Dockerfile.aot > "$work/Dockerfile"
  image bud --quiet --isolation chroot --format oci --timestamp "$epoch" --platform "linux/$architecture" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --build-context "published=$published" --build-context "rootfs=$PWD/$work/rootfs-$architecture" \
    --file "$work/Dockerfile" --manifest "$index" . > /dev/null
done
image manifest push --quiet --all "$index" "oci:$PWD/$output:$version" > /dev/null
rm -rf "$work/storage" "$work/run"
say "$output: $(du -sh "$output" | cut -f1), $(sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' "$output/index.json" | head -n 1)"
