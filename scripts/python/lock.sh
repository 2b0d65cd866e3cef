#!/usr/bin/env bash
# Makes the *.txt locks from the *.in files, for every Python from 3.10 on. Run it after changing an .in file.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet uv

lock() {
  "$scratch/venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.10 --only-binary :all: \
    --generate-hashes --no-header --no-annotate --no-emit-index-url "$1.in" -o "$1.txt" "${@:2}"
}
lock jupyter
lock tensorflow-cpu -c jupyter.txt
lock tensorflow-gpu -c jupyter.txt
lock testing -c jupyter.txt
