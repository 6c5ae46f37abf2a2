import { at, lastSegmentAt, type Read } from "../grammar/fields.ts";
import { type StateRow, states, suffix } from "../grammar/states.ts";
import { cleanReason } from "../sentence.ts";

const id = lastSegmentAt("resources.0");

/** The description, unless it is JSON for machines. */
const description: Read = (event) => {
  const text = at("detail.description")(event);
  return text?.startsWith("{") ? undefined : text;
};

/** The description after a colon, also where the event is no problem: a row's `reason` is for problems only. */
const descriptionContext: Read = (event) => {
  const text = description(event);
  return text && `: ${cleanReason(text)}`;
};

const information = (name: string): StateRow => ({
  detailType: `${name} Information`,
  means: "A fleet launched less than was asked for, since a price or specification does not do",
  thing: name,
  condition: "information",
  name: id,
  state: "detail.sub-type",
  problems: { fleetProgressHalted: 2, registerWithLoadBalancersFailed: 2 },
  outcomes: {
    launchSpecUnusable: "cannot use a launch specification",
    fleetProgressHalted: "is halted: no usable launch specification",
    registerWithLoadBalancersFailed: "could not register instances with load balancers",
    launchSpecTemporarilyBlacklisted: "has paused a launch specification after failed launches",
  },
  context: descriptionContext,
});

/** The event types of EC2 Fleet and of the older Spot Fleet differ in their first words only. */
const fleet = (name: string): StateRow[] => [
  {
    detailType: `${name} Error`,
    means: "A fleet cannot launch instances as it was asked to",
    thing: name,
    condition: "fleet",
    name: id,
    state: "detail.sub-type",
    problems: {},
    otherwise: 3,
    outcomes: {
      spotFleetRequestConfigurationInvalid: "cannot launch an instance as configured",
      iamFleetRoleInvalid: "lacks permissions to launch or terminate instances",
      launchSpecTemporarilyBlacklisted: "has paused a launch specification after failed launches",
      allLaunchSpecsTemporarilyBlacklisted: "has paused all launch specifications after failed launches",
      spotInstanceCountLimitExceeded: "reached the account's limit of Spot instances",
    },
    reason: description,
  },
  {
    detailType: `${name} State Change`,
    means: "A fleet was submitted, became active, was modified, cancelled or deleted",
    thing: name,
    condition: "fleet",
    name: id,
    state: "detail.sub-type",
    problems: {},
    ends: ["active"],
    outcomes: { progress: "makes progress", modify_in_progress: "is being modified", modify_succeeded: "was modified" },
  },
  information(name),
  {
    detailType: `${name} Instance Change`,
    means: "A fleet launched or terminated an instance",
    thing: "Instance",
    name: "detail.instance-id",
    state: "detail.sub-type",
    problems: {},
    outcomes: {
      launched: "was launched",
      terminated: "was terminated",
      termination_notified: "is about to be terminated",
    },
    context: suffix(`by ${name}`, id),
  },
  {
    detailType: `${name} Spot Instance Request Change`,
    means: "A fleet's request for a Spot instance changed",
    thing: "Spot instance request",
    name: "detail.spot-instance-request-id",
    state: "detail.sub-type",
    problems: {},
    context: suffix(`for ${name}`, id),
  },
];

export const ec2fleet = () =>
  [states("aws.ec2fleet", fleet("EC2 Fleet")), states("aws.ec2spotfleet", fleet("EC2 Spot Fleet"))].flat();
