#!/bin/sh
# Brings an image to the cluster that kubectl knows: roll-out.sh registry.example.org/uzu:COMMIT
# The migration first, and only when it is through the site; whatever fails leaves the containers that serve as they are.
set -eu
image="$1"
namespace="${UZU_NAMESPACE:-uzu}"
pause="${UZU_POLL_SECONDS:-5}"
case "${image##*/}" in
*:*) ;;
*) echo "name the image by its commit: registry.example.org/uzu:COMMIT" >&2 && exit 2 ;;
esac

here="$(cd "$(dirname "$0")" && pwd)"
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/deploy"
cp -R "$here" "$copy/deploy/kubernetes"
cp -R "$here/../../docker" "$copy/docker"
cd "$copy/deploy/kubernetes"
sed -e "s#newName: .*#newName: ${image%:*}#" -e "s#newTag: .*#newTag: ${image##*:}#" settings/kustomization.yaml >changed
mv changed settings/kustomization.yaml

# A job never changes its image: the one of the last release makes room.
kubectl delete job migrate --namespace "$namespace" --ignore-not-found --wait
kubectl apply -k migrate
while true; do
    ended="$(kubectl get job migrate --namespace "$namespace" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')"
    case "$ended" in
    *Complete*) break ;;
    *Failed*)
        kubectl logs job/migrate --namespace "$namespace" --tail 100 >&2 || true
        echo "the migration failed: the site stays as it was" >&2
        exit 1
        ;;
    esac
    sleep "$pause"
done

kubectl apply -k site
for deployment in web worker proxy; do
    kubectl rollout status "deployment/$deployment" --namespace "$namespace" --timeout 15m
done
