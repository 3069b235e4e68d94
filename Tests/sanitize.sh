#!/bin/bash
# Runs every test under sanitizers: Tests/sanitize.sh [address] [thread]   (make sanitize SANITIZERS=thread)
#
# Programs that tests start are instrumented as well. Reports go to .build/sanitize/NAME.PID; any report fails the run.
set -eu -o pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
[ $# -gt 0 ] || set -- address thread
failed=0
for name in "$@"; do
    case $name in address | thread) ;; *) echo "sanitize: address or thread, not \"$name\"" >&2; exit 64 ;; esac
    built=.build/$name
    "$swift" build --scratch-path "$built" --sanitize "$name" --build-tests >&2
    # pcscd loads this driver and is not instrumented itself.
    "$swift" build --scratch-path .build --product VirtualReader >&2
    cp .build/debug/libVirtualReader.so "$built/debug/"
    mkdir -p .build/sanitize
    rm -f .build/sanitize/"$name".*
    # A report does not end its process: the test's own verdict is wanted, too. Swift's runtime keeps what it makes once.
    options="log_path=$PWD/.build/sanitize/$name exitcode=0 halt_on_error=0 detect_leaks=0"
    TSAN_OPTIONS="$options report_signal_unsafe=0" ASAN_OPTIONS="$options" \
        SWIFT_BACKTRACE=enable=no "$swift" test --scratch-path "$built" --sanitize "$name" --skip-build --parallel \
        --experimental-maximum-parallelization-width 3 || failed=1
    if ls .build/sanitize/"$name".* >/dev/null 2>&1; then
        grep -h '^SUMMARY' .build/sanitize/"$name".* | sort | uniq -c | sort -rn >&2
        echo "sanitize: the $name sanitizer reported; whole reports: .build/sanitize/$name.*" >&2
        failed=1
    else
        echo "sanitize: the $name sanitizer had nothing to report" >&2
    fi
done
exit "$failed"
