#!/bin/bash
# Fuzzes one target for a while: Tests/Fuzz/run.sh TARGET SECONDS   (make fuzz TARGET=gift SECONDS=60)
#
# Builds FuzzEntries with coverage into .build/fuzz, links it with libFuzzer and starts from the corpus. What crashes is
# written to .build/fuzz/findings; mend the fault and put the file into Tests/Fuzz/corpus/TARGET, where the tests replay it.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
target=${1:-}
seconds=${2:-60}
if [ ! -f "Tests/Fuzz/targets/$target.swift" ]; then
    echo "fuzz: TARGET is one of: $(ls Tests/Fuzz/targets | sed 's/\.swift$//' | tr '\n' ' ')" >&2
    exit 64
fi
swift=${SWIFT:-swift}
"$swift" build --scratch-path .build/fuzz --sanitize fuzzer --target FuzzEntries >&2
built=.build/fuzz/debug
maps=()
for map in Sources/SystemLibraries/*/module.modulemap "$built"/CPlatform.build/module.modulemap; do
    maps+=(-Xcc "-fmodule-map-file=$map")
done
includes=(-Xcc -ISources/SystemLibraries/CPlatform/include)
for library in sqlite3 libcrypto libxml-2.0 libzip librsvg-2.0 opencc libevdev libpcsclite; do
    for flag in $(pkg-config --cflags-only-I "$library"); do includes+=(-Xcc "$flag"); done
done
objects=$(find "$built"/ -name '*.o' -path '*.build/*')
"$(dirname "$(command -v "$swift")")/swiftc" -swift-version 6 -sanitize=fuzzer -parse-as-library -I "$built/Modules" \
    "${maps[@]}" "${includes[@]}" "Tests/Fuzz/targets/$target.swift" $objects -o ".build/fuzz/fuzz-$target"
mkdir -p ".build/fuzz/corpus/$target" .build/fuzz/findings
# The backtracer of Swift would take the crash handler's place.
SWIFT_BACKTRACE=enable=no ".build/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix=.build/fuzz/findings/ ".build/fuzz/corpus/$target" "Tests/Fuzz/corpus/$target"
