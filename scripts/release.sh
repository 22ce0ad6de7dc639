#!/usr/bin/env bash
# Makes what a release consists of, in artifacts/release: a tarball for each architecture, the image as an OCI archive,
# a software bill of materials (CycloneDX), and SHA-256 sums of all of them:
#   scripts/release.sh [architecture]...     (unless given: amd64 arm64)
# Needs what scripts/publish.sh and scripts/build-image.sh need, skopeo, and npx for the bill of materials.
set -euo pipefail
cd "$(dirname "$0")/.."

architectures=("$@")
[ $# -gt 0 ] || architectures=(amd64 arm64)
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
epoch=$(git log -1 --format=%ct)
output=artifacts/release
rm -rf "$output"
mkdir -p "$output"

images=()
for architecture in "${architectures[@]}"; do
  published=artifacts/native-$architecture
  scripts/publish.sh "$architecture" "$published"
  name=controller-$version-linux-$architecture
  stage=$output/$name
  mkdir -p "$stage"
  cp "$published/controller" "$published/libe_sqlite3.so" "$published/libsodium.so" LICENSE CHANGELOG.md \
    deploy/systemd/iofog-controller.service "$stage/"
  chmod 644 "$stage"/*
  chmod 755 "$stage/controller"
  # The same sources make the same archive.
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -C "$output" -cf - "$name" | gzip -n9 > "$output/$name.tar.gz"
  rm -rf "$stage"
  # For crash dumps; not part of the tarball.
  gzip -n9 < "$published/controller.dbg" > "$output/$name.dbg.gz"
  images+=("$architecture=$published")
done

scripts/build-image.sh "${images[@]}"
skopeo copy --quiet --all "oci:artifacts/image:$version" "oci-archive:$output/controller-$version-image.tar:$version"

npx --yes @cyclonedx/cdxgen@12.8.4 --type dotnet --no-install-deps --spec-version 1.6 \
  --project-name controller --project-version "$version" --output "$output/controller-$version.cdx.json" src/Controller > /dev/null

(cd "$output" && sha256sum -- * > SHA256SUMS)
cat "$output/SHA256SUMS"
