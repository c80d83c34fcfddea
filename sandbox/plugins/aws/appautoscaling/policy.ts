import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type MetricType,
  type TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { isObject, withoutUndefined, type PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { sameGiven } from "../equality.js";
import type { OperationContext, ResourceType } from "../resourceType.js";
import { isAwsError, orGone, whilePropagating } from "../retry.js";
import { scaled } from "./target.js";

const notFound = ["ObjectNotFound"];

export const scalingPolicy: ResourceType = {
  token: "aws:appautoscaling/policy:Policy",
  arguments: {
    name: { replaces: true },
    policyType: { defaultValue: "StepScaling" },
    serviceNamespace: { required: true, replaces: true },
    resourceId: { required: true, replaces: true },
    scalableDimension: { required: true, replaces: true },
    targetTrackingScalingPolicyConfiguration: { required: true, equals: sameGiven },
    region: { computed: true, replaces: true },
  },
  outputs: ["arn", "alarmArns"],
  autoname: { property: "name", maxLength: 255 },
  create: async (context, inputs) => {
    await put(context, inputs);
    return inputs.name as string;
  },
  read: async ({ clients }, id, state) => {
    if (state.serviceNamespace === undefined) {
      throw new Error(`The scaling policy ${id} cannot be imported by the sandbox's stand-in for the AWS provider.`);
    }
    const region = state.region as string | undefined;
    const answer = await orGone(
      (await clients.applicationAutoScaling(region)).send(
        new DescribeScalingPoliciesCommand({ ...scaled(state), PolicyNames: [id] }),
      ),
      notFound,
    );
    const found = answer?.ScalingPolicies?.find((candidate) => candidate.PolicyName === id);
    return found === undefined
      ? undefined
      : {
          name: found.PolicyName,
          arn: found.PolicyARN,
          alarmArns: (found.Alarms ?? []).map((alarm) => alarm.AlarmARN ?? "").sort(),
          policyType: found.PolicyType,
          serviceNamespace: found.ServiceNamespace,
          resourceId: found.ResourceId,
          scalableDimension: found.ScalableDimension,
          targetTrackingScalingPolicyConfiguration: tracking(found.TargetTrackingScalingPolicyConfiguration),
          region: clients.region(region),
        };
  },
  update: async (context, _id, { inputs }) => put(context, inputs),
  delete: async ({ clients }, id, state) => {
    const autoscaling = await clients.applicationAutoScaling(state.region as string | undefined);
    const command = new DeleteScalingPolicyCommand({ ...scaled(state), PolicyName: id });
    await orGone(autoscaling.send(command), notFound);
  },
};

async function put({ clients, cancelled }: OperationContext, inputs: PropertyObject): Promise<void> {
  const autoscaling = await clients.applicationAutoScaling(inputs.region as string | undefined);
  const command = new PutScalingPolicyCommand({
    ...scaled(inputs),
    PolicyName: inputs.name as string,
    PolicyType: inputs.policyType as "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: trackingRequest(inputs.targetTrackingScalingPolicyConfiguration),
  });
  await whilePropagating(
    () => autoscaling.send(command),
    (error) => isAwsError(error, notFound),
    cancelled,
  );
}

function trackingRequest(given: unknown): TargetTrackingScalingPolicyConfiguration | undefined {
  if (!isObject(given)) {
    return undefined;
  }
  const metric = isObject(given.predefinedMetricSpecification) ? given.predefinedMetricSpecification : {};
  return {
    TargetValue: given.targetValue as number,
    ScaleInCooldown: given.scaleInCooldown as number | undefined,
    ScaleOutCooldown: given.scaleOutCooldown as number | undefined,
    DisableScaleIn: given.disableScaleIn as boolean | undefined,
    PredefinedMetricSpecification: {
      PredefinedMetricType: metric.predefinedMetricType as MetricType,
      ResourceLabel: metric.resourceLabel as string | undefined,
    },
  };
}

function tracking(found: TargetTrackingScalingPolicyConfiguration | undefined): PropertyObject | undefined {
  return found === undefined
    ? undefined
    : (withoutUndefined({
        targetValue: found.TargetValue,
        scaleInCooldown: found.ScaleInCooldown,
        scaleOutCooldown: found.ScaleOutCooldown,
        disableScaleIn: found.DisableScaleIn,
        predefinedMetricSpecification: {
          predefinedMetricType: found.PredefinedMetricSpecification?.PredefinedMetricType,
          resourceLabel: found.PredefinedMetricSpecification?.ResourceLabel,
        },
      }) as PropertyObject);
}
