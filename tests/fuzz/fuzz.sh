#!/usr/bin/env bash
# Usage: fuzz.sh BUILD SECONDS [CMAKE OPTION...]
# Builds the fuzz targets in BUILD with clang and libFuzzer and runs all of them in parallel for SECONDS. Writes new
# inputs to BUILD/corpus and the log of each target to BUILD/<target>.log. Exits with 77 without clang++ and libFuzzer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 seconds=$2
shift 2

mkdir -p "$build"
probe='extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
if ! clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o "$build/probe" <<<"$probe" 2>/dev/null; then
  echo "skipped: no clang++ with libFuzzer (Debian: apt-get install clang libclang-rt-14-dev)"
  exit 77
fi

(cd "$here/../.." && cmake --preset fuzz -B "$build" "$@" >"$build/configure.log") || { cat "$build/configure.log"; exit 1; }
ninja -C "$build" -j "$(nproc)" fuzz_all >"$build/build.log" || { cat "$build/build.log"; exit 1; }

# The names of keys and choices, with and without quotes, and other parts of experiments.
grep -oh '"[a-z_0-9]*"' "$here"/../../lib/config/*{keys,choices}.cpp | tr -d '"' | sort -u |
  sed 's/..*/"&"\n"\\"&\\""/; /^$/d' >"$build/words.dict"
printf '"%s"\n' '\"sweep\": {' '\"zip\": {' '{\"range\": [' '{\"logspace\": [' '--set ' '--sweep ' '--seeds ' \
  'max over ' 'argmin over ' ' of ' 'first width with ' 'on every seed: ' 'on at least 2 of 3 seeds: ' ' falls over ' \
  ' rises over ' ' within ' ' and ' ' or ' 'not ' 'final_test_error(' 'test_error(' 'width=' 'norm=batch' 'epoch' \
  'diverged(' 'probe(' >>"$build/words.dict"

fuzz() {
  local name=$1
  mkdir -p "$build/corpus/$name"
  local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1
                 -dict="$build/words.dict" -artifact_prefix="$build/$name-")
  if ! "$build/bin/fuzz_$name" "${options[@]}" "$build/corpus/$name" "$here/corpus/$name" >"$build/$name.log" 2>&1; then
    tail -n 60 "$build/$name.log"
    return 1
  fi
  echo "$name: $(grep -o 'cov: [0-9]* ft: [0-9]*' "$build/$name.log" | tail -n 1)," \
       "$(sed -n 's/stat::number_of_executed_units: *//p' "$build/$name.log") inputs"
}
export -f fuzz
export here build seconds
printf '%s\n' "$here"/*_fuzz.cpp | sed 's|.*/||; s|_fuzz.cpp$||' | xargs -P 0 -I{} bash -c 'fuzz {}'
