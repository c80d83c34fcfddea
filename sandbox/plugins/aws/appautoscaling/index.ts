import type { ResourceType } from "../resourceType.js";
import { scalingPolicy } from "./policy.js";
import { target } from "./target.js";

export const appautoscalingTypes: readonly ResourceType[] = [target, scalingPolicy];
