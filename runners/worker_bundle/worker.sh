#!/bin/sh
# Starts a worker, with the arguments that Beam's runners give: --id, --control_endpoint, --logging_endpoint,
# --artifact_endpoint, --provision_endpoint. Runners show no more of a worker that does not start than its exit status:
# 124 means that Node is too old, 127 that there is none.
set -eu

script=$0
while [ -L "$script" ]; do
  link=$(readlink "$script")
  case $link in
    /*) script=$link ;;
    *) script=$(dirname "$script")/$link ;;
  esac
done
home=$(cd "$(dirname "$script")/.." && pwd -P)

node=$home/bin/node
if [ ! -x "$node" ] && ! node=$(command -v node); then
  echo "The worker needs Node 20 or later, and there is no 'node' on the PATH. Install it, or make the bundle --with_node." >&2
  exit 127
fi
version=$("$node" --version)
major=${version#v}
major=${major%%.*}
if [ "$major" -lt 20 ]; then
  echo "The worker needs Node 20 or later; $node is $version. Install a later one, or make the bundle --with_node." >&2
  exit 124
fi

# Modules of the project are found by their paths from here.
cd "$home"
# The options are explained in runners/worker/node_options.ts.
options=--initial-old-space-size=128
if [ "$major" -le 20 ]; then options="$options --interrupt-budget=540672"; fi
# shellcheck disable=SC2086 # Each of them is a word.
exec "$node" $options "$home/node_modules/beam-predict/dist/runners/worker/boot.js" "$@"
