#!/usr/bin/env bash
# Builds a substitute for Lambda's Node.js image, with its name, in the engine of DOCKER_HOST: Node.js, AWS's runtime client
# and a shell. Lambda's images cannot be pulled everywhere. Usage: image.sh CACHE NODE
set -euo pipefail
cache=$1 node=$2
case $(uname -m) in aarch64) name=arm64 ;; *) name=x86_64 ;; esac
tag=public.ecr.aws/lambda/nodejs:24-$name
docker image inspect "$tag" >/dev/null 2>&1 && exit 0

context=$cache/image
root=$context/root
rm -rf "$context"
mkdir -p "$root"/{bin,tmp,etc,opt,lib,lib64,var/{lang/bin,runtime,task,rapid}}
chmod 1777 "$root/tmp"
cp /bin/busybox "$root/bin/"
for applet in sh mv chmod cp rm mkdir ls cat; do ln -s busybox "$root/bin/$applet"; done
for library in $({ ldd "$node"; ldd "$cache/host/rapid-client.node"; } | grep -oE '/lib[^ ]+' | sort -u); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
# The C library loads these libraries at run time to resolve names.
for library in /lib/*-linux-gnu/{libresolv.so.2,libnss_files.so.2,libnss_dns.so.2}; do cp -L "$library" "$root$library"; done
echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cp "$node" "$root/var/lang/bin/node"
cp "$cache/host/index.mjs" "$cache/host/rapid-client.node" "$root/var/runtime/"
printf '#!/bin/sh\nexec /var/lang/bin/node /var/runtime/index.mjs "$_HANDLER"\n' >"$root/var/runtime/bootstrap"
chmod +x "$root/var/runtime/bootstrap"
cat >"$context/Dockerfile" <<'D'
FROM scratch
COPY root/ /
ENV PATH=/var/lang/bin:/bin LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime TZ=:UTC
WORKDIR /var/task
D
DOCKER_BUILDKIT=0 docker build --quiet --tag "$tag" "$context"
