import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
  type ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import type { PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import type { ResourceType } from "../resourceType.js";
import { orGone } from "../retry.js";

/** What is scaled: a resource of a service, in one dimension. */
export function scaled(values: PropertyObject) {
  return {
    ServiceNamespace: values.serviceNamespace as ServiceNamespace,
    ResourceId: values.resourceId as string,
    ScalableDimension: values.scalableDimension as ScalableDimension,
  };
}

export const target: ResourceType = {
  token: "aws:appautoscaling/target:Target",
  arguments: {
    serviceNamespace: { required: true, replaces: true },
    resourceId: { required: true, replaces: true },
    scalableDimension: { required: true, replaces: true },
    minCapacity: { required: true },
    maxCapacity: { required: true },
    roleArn: { computed: true, replaces: true },
    region: { computed: true, replaces: true },
  },
  outputs: ["arn"],
  create: async ({ clients }, inputs) => {
    const autoscaling = await clients.applicationAutoScaling(inputs.region as string | undefined);
    await autoscaling.send(new RegisterScalableTargetCommand({ ...scaled(inputs), ...capacities(inputs) }));
    return inputs.resourceId as string;
  },
  read: async ({ clients }, id, state) => {
    if (state.serviceNamespace === undefined) {
      throw new Error(`The scalable target ${id} cannot be imported by the sandbox's stand-in for the AWS provider.`);
    }
    const region = state.region as string | undefined;
    const { ServiceNamespace, ScalableDimension } = scaled(state);
    const { ScalableTargets } = await (
      await clients.applicationAutoScaling(region)
    ).send(new DescribeScalableTargetsCommand({ ServiceNamespace, ScalableDimension, ResourceIds: [id] }));
    const found = ScalableTargets?.find((candidate) => candidate.ScalableDimension === ScalableDimension);
    return found === undefined
      ? undefined
      : {
          serviceNamespace: found.ServiceNamespace,
          resourceId: found.ResourceId,
          scalableDimension: found.ScalableDimension,
          minCapacity: found.MinCapacity,
          maxCapacity: found.MaxCapacity,
          roleArn: found.RoleARN,
          arn: found.ScalableTargetARN,
          region: clients.region(region),
        };
  },
  update: async ({ clients }, _id, { inputs }) => {
    const autoscaling = await clients.applicationAutoScaling(inputs.region as string | undefined);
    await autoscaling.send(new RegisterScalableTargetCommand({ ...scaled(inputs), ...capacities(inputs) }));
  },
  delete: async ({ clients }, _id, state) => {
    const autoscaling = await clients.applicationAutoScaling(state.region as string | undefined);
    await orGone(autoscaling.send(new DeregisterScalableTargetCommand(scaled(state))), ["ObjectNotFound"]);
  },
};

function capacities(inputs: PropertyObject) {
  return {
    MinCapacity: inputs.minCapacity as number,
    MaxCapacity: inputs.maxCapacity as number,
    RoleARN: inputs.roleArn as string | undefined,
  };
}
