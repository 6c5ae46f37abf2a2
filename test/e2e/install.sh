#!/usr/bin/env bash
# Installs the tools of the end-to-end test: AWS's SAM CLI and CLI, LocalStack, AWS's Lambda runtime client, and if possible
# a Docker engine. Usage: install.sh CACHE NODE PART; PART is "sam", then "rest" for all others.
# Exit code 3: not possible; the output says why.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(realpath "$1") node=$2 part=$3

skip() { echo "$*"; exit 3; }

[ "$(uname -s)" = Linux ] || skip "it runs on Linux only"
python=""
for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || skip "LocalStack needs Python 3.13, which is not installed"

packages() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 0
  local missing=() package
  for package in g++ make cmake autoconf automake libtool libuv1-dev git docker.io iptables busybox-static; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# uv installs within seconds, pip within minutes.
uv() {
  [ -x "$cache/uv/bin/uv" ] && return 0
  "$python" -m venv "$cache/uv"
  "$cache/uv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
}

# A Python environment with the packages of a requirements file. It is created again when that file changes.
environment() {
  local folder=$cache/$1 requirements=$here/requirements-$1.txt
  cmp -s "$requirements" "$folder/requirements.txt" && return 0
  rm -rf "$folder"
  "$cache/uv/bin/uv" venv --quiet --python "$python" "$folder"
  "$cache/uv/bin/uv" pip install --quiet --no-deps ${PIP_INDEX_URL:+--index-url "$PIP_INDEX_URL"} \
    --python "$folder/bin/python" -r "$requirements"
  cp "$requirements" "$folder/requirements.txt"
}

# AWS's runtime client as host/{bootstrap,index.mjs,rapid-client.node}. It is compiled without node-gyp, which downloads
# headers from nodejs.org; the headers of Node-API come from npm.
runtime_client() {
  local version=4.0.2 build=$cache/runtime-client host=$cache/host
  printf '#!/bin/sh\nexec %s %s "$_HANDLER"\n' "$node" "$host/index.mjs" >"$cache/bootstrap"
  chmod +x "$cache/bootstrap"
  [ "$(cat "$host/version" 2>/dev/null)" = "$version" ] && return 0
  rm -rf "$build" "$host"
  mkdir -p "$build/stub" "$host"
  cd "$build"
  echo '{}' >package.json
  npm install --silent --ignore-scripts --force "aws-lambda-ric@$version" node-api-headers@1.9.0
  local package=node_modules/aws-lambda-ric
  sh $package/scripts/preinstall.sh
  touch stub/{uv,v8,node}.h
  g++ -shared -fPIC -O2 -std=c++17 -fexceptions -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=rapid_client -Istub \
    -Inode_modules/node-api-headers/include -Inode_modules/node-addon-api -I$package/deps/artifacts/include \
    $package/src/native/rapid-client.cc -o "$host/rapid-client.node" \
    $package/deps/artifacts/lib/libaws-lambda-runtime.a $package/deps/artifacts/lib/libcurl.a -pthread
  cp $package/index.mjs "$host/"
  echo "$version" >"$host/version"
}

# Runs a step in the background with its output in a file. A failure prints the end of that file.
step() {
  local log=$cache/$1${2:-}.log
  (
    trap 'code=$?; [ $code = 0 ] || tail -n 15 "$log" >&3; exit $code' EXIT
    "$@"
  ) 3>&1 >"$log" 2>&1 &
}

if [ "$part" = sam ]; then
  step uv
  wait $!
  step environment sam
  wait $!
else
  step packages
  packages=$!
  step environment localstack
  localstack=$!
  wait $packages
  step runtime_client
  wait $!
  wait $localstack
fi
