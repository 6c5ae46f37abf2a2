import { first, joined, type Read } from "../grammar/fields.ts";
import { linkTo } from "../grammar/links.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";

/** A part of `arn:aws:eks:eu-west-1:111122223333:addon/cluster/name/uuid`, should the detail not name it. */
const arnPart =
  (index: number): Read =>
  (event) =>
    event.resources.find((arn) => /:addon\//.test(arn))?.split("/")[index];

const clusterOnly: Read = (event) => event.resources.find((arn) => /:cluster\//.test(arn))?.split("/")[1];
const cluster = first("detail.clusterName", "detail.cluster-name", "detail.cluster.name", arnPart(1), clusterOnly);
const addon = first("detail.addonName", "detail.addon-name", "detail.addon.addonName", "detail.addon.name", arnPart(2));
const key: Read = (event) => [cluster(event), addon(event)].filter(Boolean).join(":") || undefined;
const reason = first(
  "detail.message",
  "detail.errorMessage",
  "detail.health.issues.0.message",
  "detail.errors.0.errorMessage",
);

const addonRow = { name: addon, node: cluster, key, reason, link: linkTo("eks/home#/clusters/{}", cluster) };

const operation = (noun: string): StateRow => ({
  ...addonRow,
  detailType: { [`EKS Addon ${noun} Failed`]: "failed", [`EKS Addon ${noun} Succeeded`]: "succeeded" },
  means: `The ${noun.toLowerCase()} of a cluster's add-on succeeded or failed`,
  thing: `${noun} of EKS add-on`,
  problems: { failed: 3 },
  ends: ["succeeded"],
  context: suffix("on cluster", cluster),
});

export const eks = () =>
  states("aws.eks", [
    {
      ...addonRow,
      detailType: { "EKS Addon Health Degraded": "degraded", "EKS Addon Health Restored": "restored" },
      means: "An add-on of a cluster does not work as it should, or does again",
      thing: "Health of EKS add-on",
      problems: { degraded: 3 },
      ends: ["restored"],
      outcomes: { restored: "is restored" },
      context: suffix("on cluster", cluster),
    },
    operation("Creation"),
    operation("Update"),
    operation("Deletion"),
    {
      detailType: { "EKS Fargate Pod Scheduled Termination": "scheduled" },
      means: "A Fargate pod that could not be evicted will be deleted for patching",
      thing: "EKS Fargate pod",
      name: joined("/", "detail.podNamespace", "detail.podName"),
      key: joined(":", "detail.clusterName", "detail.podNamespace", "detail.podName"),
      problems: { scheduled: 2 },
      outcomes: { scheduled: "will be deleted for patching" },
      context: suffix("on cluster", cluster),
      reason: "detail.evictErrorMessage",
      link: linkTo("eks/home#/clusters/{}", cluster),
    },
  ]);
