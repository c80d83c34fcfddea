import * as appautoscaling from "@pulumi/aws/appautoscaling/index.js";
import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import * as pulumi from "@pulumi/pulumi";
import {
  defaultCapacityUnits,
  defaultTargetUtilizationPercent,
  type DynamoDbAutoscalingArgs,
  type DynamoDbTableArgs,
} from "./tableArgs.js";

/** What {@link createAutoscaling} takes. */
export interface AutoscalingRequest {
  readonly parent: pulumi.Resource;
  readonly table: dynamodb.Table;
  readonly tableArgs: DynamoDbTableArgs;
  readonly autoscaling: DynamoDbAutoscalingArgs;
  readonly transform?: (args: appautoscaling.PolicyArgs) => appautoscaling.PolicyArgs;
}

/** Lets AWS raise and lower a table's capacity: a target and a policy each for reads and for writes. */
export function createAutoscaling(name: string, request: AutoscalingRequest): void {
  const { autoscaling, tableArgs } = request;
  createDimension(`${name}-read-scaling`, request, {
    dimension: "dynamodb:table:ReadCapacityUnits",
    metric: "DynamoDBReadCapacityUtilization",
    minCapacity: tableArgs.readCapacityUnits ?? defaultCapacityUnits,
    maxCapacity: autoscaling.maxReadCapacityUnits,
  });
  createDimension(`${name}-write-scaling`, request, {
    dimension: "dynamodb:table:WriteCapacityUnits",
    metric: "DynamoDBWriteCapacityUtilization",
    minCapacity: tableArgs.writeCapacityUnits ?? defaultCapacityUnits,
    maxCapacity: autoscaling.maxWriteCapacityUnits,
  });
}

interface Dimension {
  readonly dimension: string;
  readonly metric: string;
  readonly minCapacity: pulumi.Input<number>;
  readonly maxCapacity: pulumi.Input<number>;
}

function createDimension(name: string, request: AutoscalingRequest, dimension: Dimension): void {
  const { parent, table, autoscaling, transform } = request;
  const target = new appautoscaling.Target(
    `${name}-target`,
    {
      serviceNamespace: "dynamodb",
      resourceId: pulumi.interpolate`table/${table.name}`,
      scalableDimension: dimension.dimension,
      minCapacity: dimension.minCapacity,
      maxCapacity: dimension.maxCapacity,
    },
    { parent },
  );
  const policy: appautoscaling.PolicyArgs = {
    policyType: "TargetTrackingScaling",
    serviceNamespace: target.serviceNamespace,
    resourceId: target.resourceId,
    scalableDimension: target.scalableDimension,
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: dimension.metric },
      targetValue: autoscaling.targetUtilizationPercent ?? defaultTargetUtilizationPercent,
    },
  };
  new appautoscaling.Policy(`${name}-policy`, transform?.(policy) ?? policy, { parent });
}
